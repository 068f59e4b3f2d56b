"""The colours of all figures and pictures, told apart by colour-blind readers.

Okabe & Ito, *Color Universal Design*, 2008; yellow is darkened, to be read on white.
"""

BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, YELLOW, GREY = "#CC79A7", "#56B4E9", "#B79F00", "#7F7F7F"
