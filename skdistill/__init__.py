"""skdistill: true, small students of any fitted predictor."""

from skdistill.teachers import CachedTeacher, CallableTeacher, TorchTeacher
from skdistill.transfer import MungeTransferSet
