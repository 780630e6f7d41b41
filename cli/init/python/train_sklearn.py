"""Fits a pipeline of scikit-learn to the training rows. `mlops train` runs this with two folders: the data, and where the
model goes."""

from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

import mlops_model


FORM = "frame"
"""The form of the table that the model is fitted to."""


def fit(table):
    """A model of the rows of a table in that form."""
    task, train = table.task, table.train
    texts = [column.name for column in task.features if column.type == "category"]
    numbers = [column.name for column in task.features if column.type != "category"]
    preprocessing = make_column_transformer(
        # Numbers are not scaled: trees do not need it, and a scaled number may round to another side of a threshold in 32 bits.
        (SimpleImputer(strategy="median"), numbers),
        # A value that training has not seen has no effect.
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), texts),
    )
    kind = RandomForestClassifier if task.classification else RandomForestRegressor
    # The parameters of the trainer in model.ts. The same seed gives the same model each time.
    model = kind(**{"random_state": task.seed, **task.parameters})
    step = type(model).__name__.lower()
    return make_pipeline(preprocessing, model).fit(train.X, train.y, **{f"{step}__sample_weight": train.weight})


def main():
    table = mlops_model.load().table(FORM)
    model = fit(table)
    print(f"{type(model[-1]).__name__}: {len(table.train)} rows")
    mlops_model.save(model, table)


if __name__ == "__main__":
    main()
