"""The errors of training.

PatronError
└── TrainingDiverged    the loss or a vector is no longer a finite number
"""

from graph import PatronError

__all__ = ["TrainingDiverged"]


class TrainingDiverged(PatronError):
    """Training ran away: what is no longer finite, in which step, and the learning rate that led there.

    >>> str(TrainingDiverged("loss", 17, 3.0))
    'loss is not finite in step 17 at learning_rate 3.0: expected a finite number; try a lower learning rate'
    """

    def __init__(self, what: str, step: int, learning_rate: float) -> None:
        self.what = what
        self.step = step
        self.learning_rate = learning_rate
        super().__init__(
            f"{what} is not finite in step {step} at learning_rate {learning_rate}: "
            "expected a finite number; try a lower learning rate"
        )
