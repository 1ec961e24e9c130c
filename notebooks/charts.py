"""The look of the charts, and bars that know about hidden cells.

Colours differ in lightness as well as hue, so that they are told apart without
colour vision and in print; series differ in marker or hatch too.
"""

import io
import textwrap

import matplotlib.pyplot as plt
from IPython.display import display

BLUE, PINK, ORANGE, GREY, INK = "#005EB8", "#AE2573", "#ED8B00", "#768692", "#212B32"
STEPS = ["#D6E6F4", "#9CC3E4", "#5A9BD0", "#1F6DB5", "#003C78"]  # light to dark, for what has an order
MARKERS = "osD^v"

plt.rcParams.update({
    "figure.dpi": 110, "figure.constrained_layout.use": True, "font.size": 10,
    "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": GREY, "axes.labelcolor": INK,
    "axes.titlesize": 11, "axes.titleweight": "bold", "axes.titlelocation": "left", "axes.axisbelow": True,
    "axes.grid": True, "axes.grid.axis": "y", "grid.color": "#E3E7EA", "grid.linewidth": 0.8,
    "xtick.color": INK, "ytick.color": INK, "text.color": INK, "legend.frameon": False, "lines.linewidth": 1.8,
})


def figure(columns=1, width=8.2, height=3.8, **options):
    return plt.subplots(1, columns, figsize=(width, height), **options)


def finish(fig, words):
    """Displays the figure with its description in words, for those who do not
    see it, and closes it."""
    png = io.BytesIO()
    fig.savefig(png, format="png", dpi=110)
    plt.close(fig)
    display({"image/png": png.getvalue(), "text/plain": words}, raw=True, metadata={"image/png": {"alt": words}})


def bars(ax, places, items, color=BLUE, width=0.8, horizontal=False, label=None, left=None, hatch=None, sign=1):
    """Bars of cells or figures; a hidden one is a star where the bar would stand."""
    heights = [0 if i.height != i.height else sign * i.height for i in items]
    draw, base = (ax.barh, "left") if horizontal else (ax.bar, "bottom")
    base = {} if left is None else {base: left}
    out = draw(places, heights, width, color=color, label=label, hatch=hatch, edgecolor="white", linewidth=0.6, **base)
    for place, item in zip(places, items):
        if item.hidden and left is None:
            ax.annotate("*", (0, place) if horizontal else (place, 0), color=color, ha="center" if not horizontal else ("left" if sign > 0 else "right"),
                        va="bottom" if not horizontal else "center", fontsize=11, annotation_clip=False)
    return out


def names(ax, labels, horizontal=False, rotation=0):
    """Labels at 0, 1, 2..., the first on top where bars lie; long ones are folded."""
    labels = [folded(x) for x in labels]
    if horizontal:
        ax.set_yticks(range(len(labels)), labels)
        ax.invert_yaxis()
        ax.grid(axis="x")
        ax.grid(visible=False, axis="y")
    else:
        ax.set_xticks(range(len(labels)), labels, rotation=rotation, ha="right" if rotation else "center")


def folded(label):
    return textwrap.fill(label, 40)


def heat(ax, rows, columns, items, label, top=None):
    """A grid of figures with their text in it; hidden ones stay grey."""
    values = [[i.height for i in line] for line in items]
    shown = [v for line in values for v in line if v == v]
    top = top or max(shown, default=1) or 1
    cmap = plt.matplotlib.colors.LinearSegmentedColormap.from_list("steps", ["#F4F8FC", *STEPS])
    cmap.set_bad("#E3E7EA")
    image = ax.imshow(values, cmap=cmap, vmin=0, vmax=top, aspect="auto")
    for a, line in enumerate(items):
        for b, item in enumerate(line):
            dark = item.height == item.height and item.height > 0.55 * top
            ax.text(b, a, str(item).removesuffix("%"), ha="center", va="center", fontsize=8.5 if len(columns) <= 12 else 7, color="white" if dark else INK)
    ax.set_yticks(range(len(rows)), [folded(r) for r in rows])
    ax.set_xticks(range(len(columns)), columns)
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    ax.figure.colorbar(image, ax=ax, label=label, shrink=0.9)
