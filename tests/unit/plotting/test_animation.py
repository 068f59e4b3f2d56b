import re
import subprocess

import imageio_ffmpeg
import matplotlib.pyplot as plt
import numpy as np
import pytest

from adcost.plotting import animation


def _images(number=6, height=64, width=96):
    for step in range(number):
        image = np.full((height, width, 3), 255, dtype=np.uint8)
        image[10:30, 8 * step : 8 * step + 20] = (0, 114, 178)
        yield image


def _probe(path):
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-i", str(path), "-f", "null", "-"]
    return subprocess.run(command, capture_output=True, text=True).stderr


def test_an_animation_is_h264_that_browsers_play(tmp_path):
    animation.encode(_images(), tmp_path / "a.mp4")
    said = _probe(tmp_path / "a.mp4")
    assert "h264" in said and "yuv420p" in said and "96x64" in said
    assert re.search(r"frame=\s*6\b", said)


def test_the_bytes_repeat(tmp_path):
    animation.encode(_images(), tmp_path / "a.mp4")
    animation.encode(_images(), tmp_path / "b.mp4")
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def _uneven():
    yield from _images(2)
    yield from _images(1, height=32)


@pytest.mark.parametrize(
    ("images", "message"),
    [(iter(()), "at least one"), (_images(height=63), "even"), (_uneven(), "the first was")],
)
def test_what_cannot_be_encoded_is_refused_and_leaves_nothing(tmp_path, images, message):
    with pytest.raises(ValueError, match=message):
        animation.encode(images, tmp_path / "a.mp4")
    assert list(tmp_path.iterdir()) == []


def test_a_failing_encoder_says_why_and_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.mp4"
    path.write_bytes(b"old")
    monkeypatch.setattr(imageio_ffmpeg, "get_ffmpeg_exe", lambda: "false")
    with pytest.raises(RuntimeError, match="ffmpeg failed"):
        animation.encode(_images(), path)
    assert path.read_bytes() == b"old" and len(list(tmp_path.iterdir())) == 1


def test_redrawing_what_moves_gives_the_whole_picture(tmp_path):
    figure, axis = plt.subplots(figsize=(2, 2), dpi=50, facecolor="white")
    axis.set(xlim=(0, 1), ylim=(0, 1))
    (point,) = axis.plot([0.2], [0.2], "o", zorder=10)
    point.set_animated(True)
    figure.canvas.draw()
    background = figure.canvas.copy_from_bbox(figure.bbox)
    point.set_data([0.7], [0.6])
    quick = animation.redrawn(figure, background, [point])
    point.set_animated(False)
    np.testing.assert_array_equal(quick, animation.pixels(figure))
    animation.save_poster(figure, tmp_path / "a.png")
    assert b"Software" not in (tmp_path / "a.png").read_bytes()
    plt.close(figure)
