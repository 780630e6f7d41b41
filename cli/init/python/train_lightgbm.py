"""Fits LightGBM to the training rows. `mlops train` runs this with two folders: the data, and where the model goes."""

import lightgbm

import mlops_model


FORM = "codes"
"""The form of the table that the model is fitted to."""


def fit(table):
    """A model of the rows of a table in that form."""
    task, train, validation = table.task, table.train, table.validation
    kind = lightgbm.LGBMClassifier if task.classification else lightgbm.LGBMRegressor
    # The parameters of the trainer in model.ts. One thread, and the same seed, give the same model each time.
    model = kind(**{"verbose": -1, "random_state": task.seed, "deterministic": True, "n_jobs": 1, **task.parameters})
    stopping = {}
    if validation is not None:
        # With `validationFraction` in model.ts: no more trees once they no longer help these rows.
        stopping = {
            "eval_X": validation.X,
            "eval_y": validation.y,
            "callbacks": [lightgbm.early_stopping(20, verbose=False)],
        }
    model.fit(train.X, train.y, sample_weight=train.weight, categorical_feature=table.categorical, **stopping)
    return model


def main():
    table = mlops_model.load().table(FORM)
    model = fit(table)
    print(f"{type(model).__name__}: {len(table.train)} rows, {model.booster_.num_trees()} trees")
    mlops_model.save(model, table)


if __name__ == "__main__":
    main()
