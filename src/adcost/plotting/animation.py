"""Animations as H.264 in MP4, with a poster: small, repeatable files that every browser plays.

The encoder is the ffmpeg that the package `imageio-ffmpeg` carries. Bitexact flags, one thread and
no metadata make the bytes repeat on one machine. `imageio_ffmpeg.write_frames` is not used, since
it neither reports ffmpeg's exit status nor keeps its messages.
"""

import subprocess
from collections.abc import Iterable
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from adcost.results.files import replacing


def pixels(figure: Figure) -> np.ndarray:
    """The figure drawn as an image (height, width, 3) of bytes; it must have the Agg canvas."""
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())[..., :3].copy()


def redrawn(figure: Figure, background: object, artists: Iterable[Artist]) -> np.ndarray:
    """The image with only ``artists`` drawn again, on a ``canvas.copy_from_bbox(figure.bbox)``.

    Several times faster than drawing everything; the artists must be ``animated``.
    """
    figure.canvas.restore_region(background)
    for artist in artists:
        figure.draw_artist(artist)
    return np.asarray(figure.canvas.buffer_rgba())[..., :3].copy()


def encode(images: Iterable[np.ndarray], path: Path | str, frames_per_second: int = 15) -> None:
    """Write images (height, width, 3), all of one even size, as an MP4, atomically.

    Raises ``ValueError`` for no image, another shape or an odd size (H.264 with 4:2:0 colour
    needs even ones), ``RuntimeError`` with ffmpeg's last words when it fails.
    """
    images = iter(images)
    first = next(images, None)
    if first is None:
        raise ValueError(f"{path}: an animation needs at least one image")
    height, width = first.shape[:2]
    if first.shape[2:] != (3,) or height % 2 or width % 2:
        raise ValueError(f"{path}: images must be (even, even, 3), not {first.shape}")
    with replacing(path) as temporary:
        command = [
            imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-loglevel", "error",
            "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}",
            "-r", str(frames_per_second), "-i", "-",
            "-c:v", "libx264", "-crf", "26", "-pix_fmt", "yuv420p", "-threads", "1",
            "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact",
            "-movflags", "+faststart", str(temporary),
        ]  # fmt: skip
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            _feed(process, first, images)
        finally:
            _, errors = process.communicate()
        if process.returncode:
            raise RuntimeError(f"{path}: ffmpeg failed: {errors.decode(errors='replace')[-500:]}")


def _feed(process: subprocess.Popen[bytes], first: np.ndarray, rest: Iterable[np.ndarray]) -> None:
    assert process.stdin is not None
    try:
        process.stdin.write(first.tobytes())
        for image in rest:
            if image.shape != first.shape:
                raise ValueError(f"an image is {image.shape}, the first was {first.shape}")
            process.stdin.write(image.tobytes())
    except BrokenPipeError:
        pass  # ffmpeg says why on its standard error


def save_poster(figure: Figure, path: Path | str) -> None:
    """Write the figure as PNG without metadata, atomically."""
    with replacing(path) as temporary:
        figure.savefig(temporary, format="png", metadata={"Software": None})
