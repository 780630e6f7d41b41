"""Takes the rows that a training is given, and leaves the model in the form in which it is served.

    task = mlops_model.load()
    table = task.table("codes")
    model = LGBMRegressor(**task.parameters).fit(table.train.X, table.train.y)
    mlops_model.save(model, table)
"""

from .errors import ModelError
from .save import save
from .task import Column, Task, load
from .tables import Rows, Table

__all__ = ["Column", "ModelError", "Rows", "Table", "Task", "load", "save"]
