def test_every_planned_figure_is_drawn_of_what_is_measured(draw_all, measured):
    draw_all("linear_algebra", measured)
