"""The one place that says how a method is drawn: its colour, its marker, and its name.

The colours are told apart by colour-blind readers: Okabe & Ito, *Color Universal Design*, 2008;
yellow is darkened, to be read on white. Methods that no figure shows together may share one.

A marker shows the method only where no figure uses markers for something else, functions say.
"""

from dataclasses import dataclass
from typing import Any

BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, YELLOW, GREY = "#CC79A7", "#56B4E9", "#B79F00", "#7F7F7F"
DARK = "#555555"
"""Of notes and bounds, which belong to no method."""

COLOURS = (BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, YELLOW, GREY)


@dataclass(frozen=True)
class Method:
    """How a method is drawn and called, in every figure and animation.

    ``colour`` is #RRGGBB; ``marker`` one of matplotlib's, "" for a line alone; ``name`` and
    ``russian`` are its names in the report's languages.
    """

    colour: str
    marker: str
    name: str
    russian: str

    def look(self, **changes: Any) -> dict[str, Any]:
        """What ``plot`` and ``errorbar`` take: colour, marker and name, with changes."""
        return {"color": self.colour, "marker": self.marker, "label": self.name, **changes}


METHODS = {
    "function": Method(GREY, "", "the function itself", "сама функция"),
    # Derivatives of a function, its gradient or its Jacobian.
    "reverse_mode": Method(BLUE, "s", "reverse mode", "обратный режим"),
    "forward_mode": Method(GREEN, "o", "forward mode", "прямой режим"),
    "forward_mode_columns": Method(
        GREEN, "o", "forward mode, one by one", "прямой режим, по одному"
    ),
    "forward_mode_batched": Method(ORANGE, "^", "forward mode, batched", "прямой режим, пакетом"),
    "central_differences": Method(PURPLE, "D", "central differences", "центральные разности"),
    "forward_differences": Method(VERMILION, "v", "forward differences", "разности вперёд"),
    "complex_step": Method(GREEN, "P", "complex step", "комплексный шаг"),
    "symbolic": Method(ORANGE, "^", "symbolic derivative", "символьная производная"),
    "symbolic_shared": Method(SKY, "v", "symbolic, parts shared", "символьная, общие части"),
    "closed_form": Method(YELLOW, "P", "closed form, by hand", "замкнутая формула, вручную"),
    "backpropagation": Method(GREEN, "x", "by hand, contracted", "вручную, со свёрткой"),
    "slide_jacobians": Method(
        VERMILION, "o", "by hand, with the slide's Jacobians", "вручную, с якобианами слайда"
    ),
    # Derivatives of a fixed point.
    "reverse_checkpointed": Method(
        SKY, "^", "reverse mode, checkpoints", "обратный режим, контрольные точки"
    ),
    "implicit_krylov": Method(VERMILION, "D", "implicit, Krylov", "неявно, Крылов"),
    "implicit_successive": Method(ORANGE, "v", "implicit, successive", "неявно, последовательно"),
    # Orders in which a Jacobian's chain rule is applied.
    "least_markowitz_degree": Method(
        PURPLE, "D", "least Markowitz degree", "наименьшая степень Марковица"
    ),
    "best_order": Method(VERMILION, "|", "best order", "лучший порядок"),
    # A sparse matrix by groups of its columns, its rows, or of both.
    "coloured_columns": Method(ORANGE, "^", "columns by colours", "столбцы по цветам"),
    "coloured_rows": Method(SKY, "v", "rows by colours", "строки по цветам"),
    "coloured_both": Method(
        PURPLE, "D", "rows and columns by colours", "строки и столбцы по цветам"
    ),
    "star_colouring": Method(YELLOW, "P", "star colouring", "звёздная раскраска"),
    "acyclic_colouring": Method(SKY, "x", "acyclic colouring", "ациклическая раскраска"),
    # Adjoints of linear algebra.
    "formula": Method(BLUE, "o", "formula", "формула"),
    "ad_of_library": Method(SKY, "s", "AD of the library", "AD библиотеки"),
    "ad_through_lu": Method(GREEN, "^", "AD through LU", "AD сквозь LU"),
    "ad_through_elimination": Method(
        VERMILION, "P", "AD through elimination", "AD сквозь метод Гаусса"
    ),
    "ad_of_normal_equations": Method(
        ORANGE, "v", "AD of normal equations", "AD нормальных уравнений"
    ),
    "ad_of_singular_values": Method(SKY, "s", "AD, singular values", "AD, сингулярные числа"),
    "ad_of_singular_vectors": Method(GREEN, "^", "AD, singular vectors", "AD, сингулярные векторы"),
    # Products with the Hessian.
    "full_hessian": Method(VERMILION, "s", "full Hessian", "полный гессиан"),
    "hessian_then_product": Method(
        VERMILION, "s", "full Hessian, then product", "полный гессиан, затем умножение"
    ),
    "product_alone": Method(
        ORANGE, "D", "product alone, Hessian given", "умножение, гессиан готов"
    ),
    "reverse_over_reverse": Method(BLUE, "o", "reverse over reverse", "обратный поверх обратного"),
    "forward_over_reverse": Method(GREEN, "s", "forward over reverse", "прямой поверх обратного"),
    "reverse_over_forward": Method(PURPLE, "D", "reverse over forward", "обратный поверх прямого"),
    "linearized_gradient": Method(SKY, "^", "linearized gradient", "линеаризованный градиент"),
    "gradient": Method(GREY, "v", "gradient", "градиент"),
    "empty_call": Method(GREY, "", "empty call", "пустой вызов"),
    "lanczos": Method(BLUE, "o", "Lanczos", "Ланцош"),
    # Estimators of a trace, and the distributions of random directions.
    "hutchinson": Method(BLUE, "o", "Hutchinson", "Хатчинсон"),
    "hutch_plus_plus": Method(VERMILION, "s", "Hutch++", "Hutch++"),
    "xtrace": Method(GREEN, "^", "XTrace", "XTrace"),
    "random_signs": Method(BLUE, "D", "random signs", "случайные знаки"),
    "gaussian": Method(ORANGE, "o", "Gaussian", "гауссовы"),
    "sphere": Method(ORANGE, "s", "sphere", "сфера"),
    # What is kept for the reverse sweep.
    "store_all": Method(VERMILION, "o", "store all", "хранить всё"),
    "store_all_lean": Method(
        ORANGE,
        "o",
        "store all, scores and logits by chunks",
        "хранить всё, оценки и логиты порциями",
    ),
    "every_block": Method(BLUE, "s", "a checkpoint every block", "точка на каждый блок"),
    "every_block_lean": Method(
        GREEN,
        "s",
        "a checkpoint every block, scores and logits by chunks",
        "точка на каждый блок, оценки и логиты порциями",
    ),
    "every_layer": Method(ORANGE, "s", "every layer", "каждый слой"),
    "segments": Method(BLUE, "^", "√n segments", "√n отрезков"),
    "halving": Method(GREEN, "v", "halving", "деление пополам"),
    "revolve": Method(PURPLE, "D", "binomial (revolve)", "биномиальное (revolve)"),
    "recompute_all": Method(GREY, "P", "recompute all", "пересчитывать всё"),
    # Optimisers and their steps.
    "gradient_descent": Method(BLUE, "o", "gradient descent", "градиентный спуск"),
    "stochastic_gradient": Method(BLUE, "s", "stochastic gradient", "стохастический градиент"),
    "two_point": Method(ORANGE, "s", "two-point", "двухточечный"),
    "l_bfgs": Method(GREEN, "v", "L-BFGS-B", "L-BFGS-B"),
    "adam": Method(ORANGE, "s", "Adam", "Adam"),
    "newton": Method(VERMILION, "D", "Newton with the Hessian", "Ньютон с гессианом"),
    "newton_cg": Method(PURPLE, "P", "Newton–CG", "Ньютон–CG"),
    "gauss_newton_cg": Method(SKY, "^", "Gauss–Newton–CG", "Гаусс–Ньютон–CG"),
    "nelder_mead": Method(VERMILION, "P", "Nelder–Mead", "Нелдер–Мид"),
    "no_regulariser": Method(GREY, "", "no regulariser", "без регуляризатора"),
    "subgradient": Method(ORANGE, "", "subgradient", "субградиент"),
    "proximal_step": Method(BLUE, "", "proximal step", "проксимальный шаг"),
    "before_learning": Method(GREY, "o", "before learning", "до обучения"),
    "constant_step": Method(BLUE, "s", "β = {}/C", "β = {}/C"),
    "matched_step": Method(GREEN, "^", "β = 1/C", "β = 1/C"),
    "polyak_step": Method(VERMILION, "D", "Polyak's step", "шаг Поляка"),
    "learned_steps": Method(BLUE, "o", "learned", "выученные"),
    "chebyshev_steps": Method(ORANGE, "s", "Chebyshev", "Чебышёв"),
    "equal_steps": Method(SKY, "v", "equal steps", "равные шаги"),
    "least_possible": Method(GREY, "_", "least possible", "наименьшее возможное"),
}
"""All methods of the study that some figure shows."""


def names(language: str) -> dict[str, str]:
    """The names of the methods in another language, by the English ones.

    Empty for a language that this palette does not have.
    """
    if language != "ru":
        return {}
    return {method.name: method.russian for method in METHODS.values()}
