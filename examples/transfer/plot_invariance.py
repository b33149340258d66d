"""
Invariances: transformations that change no label
=================================================

A digit that moves by one pixel is the same digit. No generator can learn that from the rows, but
you may know it, and a teacher may have learned it from somewhere else. An
:class:`~skdistill.InvarianceTransferSet` moves the rows, and the teacher's labels carry the
invariance over to the student.
"""

# %%
# A teacher with the invariance
# -----------------------------
# The teacher has learned the digits together with five moved copies of each image. The student's
# designer has only the plain images. In use, images are not centred: the test images come
# as they are, and moved by up to a pixel.

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC

from skdistill.transfer import ImageShift

X, y = load_digits(return_X_y=True)
X, X_test, y, y_test = train_test_split(X, y, train_size=900, stratify=y, random_state=0)
shift = ImageShift(image_shape=(8, 8), max_shift=1)
rng = np.random.default_rng(0)
copies = np.concatenate([X, *(shift(X, rng) for _ in range(5))])
teacher = SVC(gamma=0.001, C=10).fit(copies, np.tile(y, 6))
X_moved = shift(X_test, rng)
print(f"teacher: {teacher.score(X_test, y_test):.1%} of the test images are read right, and")
print(f"         {teacher.score(X_moved, y_test):.1%} of the moved ones")

# %%
# A student from four transfer sets
# ---------------------------------
# The student is a small network. It learns from the plain images, and from 6,000 more: by MUNGE,
# by moving images, and by half of each.

from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdistill import (
    DistilledClassifier,
    InvarianceTransferSet,
    MixtureTransferSet,
    MungeTransferSet,
)

moved = InvarianceTransferSet(transformations=[shift], n_samples=6000)
munge = MungeTransferSet(n_samples=6000)
sets = {
    "real rows only": None,
    "MUNGE": munge,
    "moved images": moved,
    "half and half": MixtureTransferSet(
        transfer_sets=[("munge", munge), ("moved", moved)], n_samples=6000
    ),
}
warnings.filterwarnings("ignore", category=ConvergenceWarning)  # 30 passes will do
network = make_pipeline(StandardScaler(), MLPClassifier(32, max_iter=30))
fidelity = {}
for name, rows in sets.items():
    student = DistilledClassifier(teacher, network, transfer_set=rows, random_state=0).fit(X)
    fidelity[name] = [
        np.mean(student.predict(images) == teacher.predict(images)) for images in (X_test, X_moved)
    ]

fig, ax = plt.subplots(figsize=(8.5, 3.6), layout="constrained")
place = np.arange(len(sets))
for step, label in enumerate(("images as they are", "moved by up to a pixel")):
    shares = [values[step] for values in fidelity.values()]
    bars = ax.barh(place + 0.4 * step, shares, height=0.38, label=label)
    ax.bar_label(bars, [f"{share:.1%}" for share in shares], padding=3)
ax.set_yticks(place + 0.2, list(sets))
ax.invert_yaxis()
ax.set(xlim=(0, 1.12), xlabel="agreement with the teacher")
ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, frameon=False)
_ = ax.set_xticks(np.arange(0, 1.1, 0.2), [f"{share:.0%}" for share in np.arange(0, 1.1, 0.2)])

# %%
# Samples like the real rows make a student that is faithful on rows like the real ones, but not on
# moved images. Moved images make it faithful there too. Half of each keeps most of both. So
# consider which rows the student will meet.
#
# The student needs the capacity for what it is shown. A small tree looks at single pixels; it
# cannot represent ten digits in nine places, and loses on the plain images what it wins on the
# moved ones:

from skdistill import DistilledTreeClassifier

for name in ("MUNGE", "moved images"):
    tree = DistilledTreeClassifier(
        teacher, max_leaf_nodes=64, transfer_set=sets[name], random_state=0
    ).fit(X)
    agreement = [np.mean(tree.predict(Z) == teacher.predict(Z)) for Z in (X_test, X_moved)]
    print(f"tree, {name:12}: {agreement[0]:.1%} as they are, {agreement[1]:.1%} moved")

# %%
# What the rows look like
# -----------------------
# Moved images have hard edges where the old ones had them; MUNGE blends images that look alike.

fig, axes = plt.subplots(3, 8, figsize=(8.5, 3.4), layout="constrained")
drawn = [
    ("real", X),
    ("MUNGE", munge.fit(X).sample(8, random_state=1)),
    ("moved", moved.fit(X).sample(8, random_state=1)),
]
for line, (label, images) in zip(axes, drawn, strict=True):
    for ax, image in zip(line, images, strict=False):
        ax.imshow(image.reshape(8, 8), cmap="gray_r")
        ax.set(xticks=[], yticks=[])
    line[0].set_ylabel(label)
