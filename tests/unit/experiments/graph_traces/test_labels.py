from adcost.experiments.graph_traces.labels import pretty, step_labels


def test_numbers_of_names_go_below_the_line_and_other_numbers_stay():
    assert pretty("∂L/∂v12 = 2 w1² + 10 · log x") == "∂L/∂v₁₂ = 2 w₁² + 10 · log x"
    assert pretty("1 / (2 √v2)") == "1 / (2 √v₂)"


def test_a_steps_words_are_the_slides(measured):
    steps = measured["steps"].query("expression == 'lecture'")

    def of(sweep, step):
        return step_labels(steps[(steps.sweep == sweep) & (steps.step == step)])

    assert of("forward_w1", 0) == ["w₁ = 2,  w₂ = 3", "∂w₁/∂w₁ = 1,  ∂w₂/∂w₁ = 0"]
    assert of("forward_w1", 2) == [
        "v₂ = w₂ · v₁ = 2.08",
        "∂v₂/∂w₁ = v₁ · ∂w₂/∂w₁ + w₂ · ∂v₁/∂w₁ = 1.5",
    ]
    assert of("reverse", 0) == ["∂L/∂L = 1"]
    assert of("reverse", 2) == ["∂L/∂v₂ = ∂L/∂v₃ · 1 / (2 √v₂) + ∂L/∂L · 1 = 1.35"]
    assert len(of("reverse", 4)) == 2
