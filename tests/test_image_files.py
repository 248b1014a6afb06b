"""Folders and zips as people have them: every mode, every kind of damage, and what is meant to harm."""

import io
import os
import re
import struct
import sys
import warnings
import zipfile
import zlib

import numpy as np
import pytest
from PIL import Image

from ganlib import image_files
from ganlib.data import load_data

WHITE, RED, BLUE, GREY = (255, 255, 255), (220, 30, 40), (20, 60, 200), (120, 120, 120)


def halves(mode, left, right, size=64):
    """A picture whose left half has one colour and whose right half another."""
    picture = Image.new(mode, (size, size), left)
    picture.paste(right, (size // 2, 0, size, size))
    return picture


def bytes_of(picture, kind="PNG", **options):
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def decoded(data, size=64):
    return image_files.decode(io.BytesIO(data), size)


def sides(data, size=64):
    """-> channels, and the colour in the middle of the left and of the right half."""
    array = decoded(data, size)
    assert array.dtype == np.uint8 and array.shape[:2] == (size, size)
    return (
        array.shape[2],
        tuple(array[size // 2, size // 4].tolist()),
        tuple(array[size // 2, -size // 4].tolist()),
    )


def palette(transparent=None):
    picture = Image.new("P", (64, 64), 0)
    picture.putpalette([*RED, *BLUE, *GREY])
    picture.paste(1, (32, 0, 64, 64))
    return bytes_of(
        picture, **({} if transparent is None else {"transparency": transparent})
    )


ONE_BIT = halves("1", 0, 1)
EVERY_MODE = {
    "grey": (bytes_of(halves("L", 30, 200)), 1, (30,), (200,)),
    "one bit": (bytes_of(ONE_BIT), 1, (0,), (255,)),
    "grey with alpha": (bytes_of(halves("LA", (30, 255), (30, 0))), 1, (30,), (255,)),
    "colour": (bytes_of(halves("RGB", RED, BLUE)), 3, RED, BLUE),
    "colour that is all grey": (
        bytes_of(halves("RGB", GREY, WHITE)),
        1,
        (120,),
        (255,),
    ),
    "transparent over white": (
        bytes_of(halves("RGBA", (*RED, 255), (*BLUE, 0))),
        3,
        RED,
        WHITE,
    ),
    "half transparent": (
        bytes_of(halves("RGBA", (*RED, 255), (0, 0, 0, 51))),
        3,
        RED,
        (204, 204, 204),
    ),
    "palette": (palette(), 3, RED, BLUE),
    "palette with transparency": (palette(transparent=1), 3, RED, WHITE),
    "colour with a transparent colour": (
        bytes_of(halves("RGB", RED, BLUE), transparency=BLUE),
        3,
        RED,
        WHITE,
    ),
    "grey with a transparent grey": (
        bytes_of(halves("L", 30, 200), transparency=200),
        1,
        (30,),
        (255,),
    ),
    "bmp": (bytes_of(halves("RGB", RED, BLUE), "BMP"), 3, RED, BLUE),
    "ppm": (bytes_of(halves("RGB", RED, BLUE), "PPM"), 3, RED, BLUE),
    "tga": (bytes_of(halves("RGB", RED, BLUE), "TGA"), 3, RED, BLUE),
    "webp": (bytes_of(halves("RGB", RED, BLUE), "WEBP", lossless=True), 3, RED, BLUE),
}


@pytest.mark.parametrize("case", EVERY_MODE)
def test_every_mode(case):
    data, channels, left, right = EVERY_MODE[case]
    assert sides(data) == (channels, left, right)


@pytest.mark.parametrize("kind", [np.uint16, np.int32, np.float32])
def test_more_than_eight_bits_are_skipped_with_a_reason(kind):
    """Pillow would cut them off at 255, and nothing says what their white is."""
    with pytest.raises(image_files.UnreadableImage, match="8 bits"):
        decoded(bytes_of(Image.fromarray(np.full((64, 64), 300, kind)), "TIFF"))


def test_cmyk_jpeg():
    data = bytes_of(halves("CMYK", (0, 255, 255, 0), (0, 0, 0, 0)), "JPEG", quality=95)
    channels, left, right = sides(data)
    assert channels == 3
    assert (
        np.abs(np.subtract(left, (255, 0, 0))).max() < 12
        and np.abs(np.subtract(right, WHITE)).max() < 12
    )


def test_first_frame_of_an_animation():
    frames = [Image.new("P", (64, 64), i) for i in range(2)]
    for frame in frames:
        frame.putpalette([*RED, *BLUE])
    gif = bytes_of(frames[0], "GIF", save_all=True, append_images=frames[1:])
    png = bytes_of(
        halves("RGB", RED, RED),
        save_all=True,
        append_images=[halves("RGB", BLUE, BLUE)],
    )
    assert (
        Image.open(io.BytesIO(gif)).n_frames
        == Image.open(io.BytesIO(png)).n_frames
        == 2
    )
    assert sides(gif)[1] == sides(png)[1] == RED


@pytest.mark.parametrize(
    "kind, orientation",
    [*(("JPEG", turn) for turn in range(1, 9)), ("PNG", 6), ("TIFF", 6), ("WEBP", 6)],
)
def test_orientation_of_a_camera(kind, orientation):
    """The upright scene has its bright corner at the top left; the file holds it turned as the camera was held."""
    upright = Image.fromarray(
        np.kron([[250, 90], [170, 20]], np.ones((32, 32))).astype(np.uint8)
    )
    turns = {
        1: [],
        2: [Image.Transpose.FLIP_LEFT_RIGHT],
        3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }
    stored = upright
    for turn in turns[orientation]:  # the inverse of what a viewer has to do
        stored = stored.transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    array = decoded(bytes_of(stored.convert("RGB"), kind, exif=exif))[..., 0].astype(
        int
    )
    corners = array[[8, 8, -8, -8], [8, -8, 8, -8]]
    assert np.abs(corners - [250, 90, 170, 20]).max() < 6


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_damaged_exif_in_a_good_picture():
    data = bytes_of(halves("RGB", RED, BLUE), exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    assert sides(data) == (3, RED, BLUE)


def test_centre_square_and_exact_copy():
    wide = Image.new("RGB", (300, 100), BLUE)
    wide.paste(RED, (100, 0, 200, 100))
    tall = wide.transpose(Image.Transpose.ROTATE_90)
    for picture in (
        wide,
        tall,
    ):  # but for the rim, where the filter reaches over the cut
        assert (decoded(bytes_of(picture), 50)[3:-3, 3:-3] == RED).all()
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    assert np.array_equal(
        decoded(bytes_of(Image.fromarray(noise))), noise
    )  # nothing is resampled


def test_crop_takes_the_middle():
    picture = Image.new("RGB", (100, 100), BLUE)
    picture.paste(RED, (25, 25, 75, 75))
    assert (
        image_files.decode(io.BytesIO(bytes_of(picture)), 32, crop=0.5)[3:-3, 3:-3]
        == RED
    ).all()
    assert (image_files.decode(io.BytesIO(bytes_of(picture)), 32)[2, 2] == BLUE).all()


def test_shrinking_a_large_jpeg_agrees_with_full_decoding():
    """`draft` decodes at a fraction of the size; the small picture must stay what it would be without."""
    rows, columns = np.mgrid[0:1600, 0:2000] / 200
    scene = np.stack(
        [
            128 + 100 * np.sin(rows),
            128 + 100 * np.cos(columns),
            128 + 60 * np.sin(rows + columns),
        ],
        -1,
    )
    data = bytes_of(Image.fromarray(scene.astype(np.uint8)), "JPEG", quality=92)
    full = (
        Image.open(io.BytesIO(data))
        .crop((200, 0, 1800, 1600))
        .resize((64, 64), Image.Resampling.LANCZOS)
    )
    error = np.abs(decoded(data).astype(int) - np.asarray(full))
    assert error.mean() < 1 and error.max() < 8


def png_header(width, height):
    """A tiny PNG file that declares any size."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data))
            + kind
            + data
            + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + header
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("width, height", [(60_000, 60_000), (9000, 9000)])
def test_enormous_pictures_are_skipped_unread(width, height):
    with pytest.raises(image_files.UnreadableImage, match="too large"):
        decoded(png_header(width, height))


@pytest.mark.parametrize("width, height", [(8192, 6144), (9248, 6936)])
def test_the_pictures_of_cameras_are_not_too_large(width, height):
    """50 and 64 million pixels, as cameras have them; the one here holds none of them."""
    with pytest.raises(image_files.UnreadableImage, match="damaged"):
        decoded(png_header(width, height))


DAMAGED = {
    "empty.jpg": (b"", "empty file"),
    "cut.jpg": (
        bytes_of(Image.effect_noise((200, 200), 60), "JPEG")[:4000],
        "damaged: .*truncated",
    ),
    "cut.png": (bytes_of(Image.effect_noise((200, 200), 60))[:4000], "damaged"),
    "page.jpg": (
        b"<!DOCTYPE html><html>Not found</html>",
        "no picture, or of a format",
    ),
    "script.png": (
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        "no picture, or of a format",
    ),
    "huge.png": (png_header(60_000, 60_000), "too large"),
    "notes.txt": (b"taken in May", "no picture, by its ending"),
    ".DS_Store": (b"\0\0\0\1Bud1", "hidden"),
    ".hidden.jpg": (bytes_of(halves("L", 0, 9), "JPEG"), "hidden"),
    "Thumbs.db": (b"\xd0\xcf", "hidden"),
}
GOOD = {
    "a.png": bytes_of(halves("RGB", RED, BLUE)),
    "b.jpeg": bytes_of(halves("L", 0, 99), "JPEG"),
    "c.JPG": bytes_of(halves("RGB", BLUE, RED), "JPEG"),
    "d.png": bytes_of(halves("RGB", BLUE, RED)),
}


def fill(folder, files):
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def packed(path, files, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_a_messy_collection(tmp_path, capsys, kind):
    files = {
        **GOOD,
        **{name: data for name, (data, _) in DAMAGED.items()},
        "__MACOSX/._a.png": b"\0\5\x16\7",
    }
    path = (
        fill(tmp_path / "mine", files)
        if kind == "folder"
        else packed(tmp_path / "mine.zip", files)
    )
    data = load_data(path, size=32)
    assert (
        data.images.shape == (4, 32, 32, 3)
        and data.images.dtype == np.uint8
        and data.labels is None
    )
    assert len(data.skipped) == len(DAMAGED) + 1
    for name, (_, reason) in DAMAGED.items():
        lines = [line for line in data.skipped if line.startswith(f"{name}: ")]
        assert len(lines) == 1 and re.search(reason, lines[0]) and "\n" not in lines[0]
    printed = capsys.readouterr().out
    assert (
        printed.count("\n") == 1 + len(data.skipped) and "mine: 11 skipped" in printed
    )
    assert {tuple(i[16, 8]) for i in data.images} >= {
        RED,
        BLUE,
        (0, 0, 0),
    }  # each good one is there


def packed_as(path, names, files):
    """A zip whose members have names of any bytes, not marked as UTF-8."""
    stand_ins = {bytes([65 + i]) * len(name): name for i, name in enumerate(names)}
    packed(
        path, dict(zip((raw.decode() for raw in stand_ins), files)), zipfile.ZIP_STORED
    )
    raw = path.read_bytes()
    for stand_in, name in stand_ins.items():
        assert raw.count(stand_in) == 2  # in both of its headers
        raw = raw.replace(stand_in, name)
    path.write_bytes(raw)
    return path


WAYS = {  # that programs write the name cat/1.png in a zip of the folder "pets"
    "as it is": "{}",
    "with the folder": "pets/{}",
    "with a dot": "./{}",
    "with a dot and the folder": "./pets/{}",
    "with a hidden folder": ".pets/{}",
    "with empty parts": "pets//.//{}",
}


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
@pytest.mark.parametrize("way", WAYS)
def test_folder_and_zip_of_it_agree(tmp_path, way, encoding):
    """In Shift-JIS, cp932, the second byte of \u8868 is a backslash."""
    files = {
        f"{kind}/{i}.png": bytes_of(Image.new("L", (9, 9), 20 * i + j))
        for j, kind in enumerate(("\u82b1", "\u8868"))
        for i in range(5)
    }
    files |= {"\u8868/bad.png": b"", "\u8868/notes.txt": b"x", ".hidden.png": b"x"}
    folder = load_data(fill(tmp_path / "pets", files), size=9)
    names = [WAYS[way].format(name).encode(encoding) for name in files]
    zipped = load_data(packed_as(tmp_path / "pets.zip", names, files.values()), size=9)
    assert zipped.name == folder.name == "pets"
    assert np.array_equal(folder.images, zipped.images)
    assert np.array_equal(folder.labels, zipped.labels)
    assert folder.label_names == zipped.label_names == ("\u82b1", "\u8868")
    assert folder.skipped == zipped.skipped and len(folder.skipped) == 3
    # Each keeps its own label.
    assert np.array_equal(folder.images[:, 0, 0, 0] % 20, folder.labels)


def test_folders_and_doubles_in_a_zip(tmp_path):
    path = packed(tmp_path / "x.zip", {"a.png": GOOD["a.png"]})
    with zipfile.ZipFile(path, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in ("cats/", "./", "dogs\\", "a//"):
            archive.writestr(name, b"")
        archive.writestr("./a.png", GOOD["d.png"])
    data = load_data(path)
    assert len(data) == 1 and len(data.skipped) == 1 and "twice" in data.skipped[0]
    assert tuple(data.images[0, 32, 16]) == BLUE  # the last one


def test_folders_whose_names_are_no_text(tmp_path):
    """Names of labels are printed and drawn, so they must be text."""
    for name in (b"c\xff", b"d\n"):
        try:
            os.mkdir(os.fsencode(tmp_path) + b"/" + name)
        except (OSError, UnicodeDecodeError):
            pytest.skip("this system allows no such names")
        with open(os.fsencode(tmp_path) + b"/" + name + b"/1.png", "wb") as file:
            file.write(GOOD["a.png"])
    assert load_data(tmp_path).label_names == ("c?", "d?")


def test_files_are_closed_after_reading(tmp_path, monkeypatch):
    """On Windows a file that is still open can be neither moved nor deleted."""
    opened, real = [], zipfile.ZipFile.__init__

    def record(self, *args, **options):
        opened.append(self)
        real(self, *args, **options)

    monkeypatch.setattr(zipfile.ZipFile, "__init__", record)
    load_data(packed(tmp_path / "x.zip", GOOD))
    with pytest.raises(ValueError):
        load_data(packed(tmp_path / "y.zip", {"../a.png": GOOD["a.png"]}))
    images = np.zeros((4, 8, 8, 1), np.uint8)
    np.savez(tmp_path / "x.npz", images=images, labels=np.zeros(4))
    load_data(tmp_path / "x.npz")
    assert len(opened) >= 4 and all(archive.fp is None for archive in opened)


def test_a_folder_that_may_not_be_read(tmp_path, monkeypatch):
    fill(tmp_path / "mine", {**GOOD, "locked/e.png": GOOD["a.png"]})
    real = os.access
    locked = {str(tmp_path / "mine" / "locked")}
    monkeypatch.setattr(
        os, "access", lambda p, mode: str(p) not in locked and real(p, mode)
    )
    data = load_data(tmp_path / "mine")
    assert any(line.startswith("locked: ") for line in data.skipped)
    locked.add(str(tmp_path / "mine"))
    with pytest.raises(ValueError, match="may not be read"):
        load_data(tmp_path / "mine")


def test_the_name_of_a_folder(tmp_path, monkeypatch):
    fill(tmp_path / "set v1.2", GOOD)
    assert load_data(tmp_path / "set v1.2").name == "set v1.2"
    monkeypatch.chdir(tmp_path / "set v1.2")
    assert load_data(".").name == "set v1.2"


def test_windows_separators_and_one_class_folder(tmp_path):
    data = load_data(
        packed(
            tmp_path / "w.zip",
            {"x\\cat\\1.png": GOOD["a.png"], "x\\dog\\1.png": GOOD["d.png"]},
        )
    )
    assert data.label_names == ("cat", "dog")
    assert (
        load_data(packed(tmp_path / "one.zip", {"only/1.png": GOOD["a.png"]})).labels
        is None
    )
    assert (
        load_data(
            packed(
                tmp_path / "top.zip", {"1.png": GOOD["a.png"], "s/2.png": GOOD["d.png"]}
            )
        ).labels
        is None
    )


def test_labels_do_not_depend_on_what_is_drawn(tmp_path):
    files = {
        f"{kind}/{i}.png": bytes_of(Image.new("L", (4, 4), value))
        for kind, value, count in (("a", 0, 30), ("b", 100, 1), ("c", 200, 30))
        for i in range(count)
    }
    fill(tmp_path, files)
    for seed in range(5):
        data = load_data(tmp_path, n=4, size=4, seed=seed)
        assert data.label_names == ("a", "b", "c") and np.array_equal(
            data.images[:, 0, 0, 0] // 100, data.labels
        )


def test_only_what_is_used_is_opened(tmp_path, monkeypatch):
    fill(tmp_path, {f"{i}.png": GOOD["a.png"] for i in range(600)})
    opened, real = [], image_files.decode
    monkeypatch.setattr(image_files, "decode", lambda *a: opened.append(a) or real(*a))
    assert len(load_data(tmp_path, n=5, size=8)) == 5 and len(opened) == 5


def test_damaged_ones_are_replaced_by_others(tmp_path):
    fill(
        tmp_path,
        {f"{i:03}.png": GOOD["a.png"] if i % 2 else b"nothing" for i in range(100)},
    )
    data = load_data(tmp_path, n=50, size=8)
    assert len(data) == 50 and 0 < len(data.skipped) <= 50


def test_many_skips_are_printed_compactly(tmp_path, capsys):
    fill(tmp_path, {**GOOD, **{f"{i}.txt": b"x" for i in range(51)}})
    data = load_data(tmp_path)
    printed = capsys.readouterr().out.splitlines()
    assert (
        len(data.skipped) == 51
        and len(printed) == 22
        and printed[-1] == "  and 31 more: see .skipped"
    )


def test_channels(tmp_path):
    fill(
        tmp_path / "grey",
        {
            "a.png": bytes_of(halves("RGB", GREY, WHITE)),
            "b.png": bytes_of(halves("L", 1, 2)),
        },
    )
    fill(tmp_path / "colour", GOOD)
    assert load_data(tmp_path / "grey").images.shape[-1] == 1
    assert load_data(tmp_path / "grey", channels=3).images.shape[-1] == 3
    assert load_data(tmp_path / "colour").images.shape[-1] == 3
    grey = load_data(tmp_path / "colour", channels=1).images
    assert grey.shape[-1] == 1
    luma = {
        Image.new("RGB", (1, 1), colour).convert("L").getpixel((0, 0))
        for colour in (RED, BLUE)
    }
    assert luma <= set(grey[:, 32, [16, 48], 0].ravel().tolist())


def test_colour_that_comes_late_keeps_the_grey_before_it(tmp_path):
    fill(
        tmp_path,
        {f"{i}.png": bytes_of(Image.new("L", (4, 4), 10 * i)) for i in range(20)},
    )
    fill(tmp_path, {"colour.png": bytes_of(Image.new("RGB", (4, 4), RED))})
    images = load_data(tmp_path, size=4).images
    assert images.shape == (21, 4, 4, 3)
    assert {tuple(image[0, 0]) for image in images} == {
        RED,
        *((10 * i,) * 3 for i in range(20)),
    }


def test_luma_is_that_of_pillow():
    array = np.random.default_rng(0).integers(0, 256, (3000, 4, 5, 3), np.uint8)
    expected = np.asarray(
        Image.fromarray(array.reshape(-1, 5, 3)).convert("L")
    ).reshape(3000, 4, 5, 1)
    assert np.array_equal(image_files.to_channels(array, 1), expected)


@pytest.mark.parametrize(
    "files, reason",
    [
        ({}, "it is empty"),
        ({"a.jpg": b""}, "a.jpg: empty file"),
        ({"a.txt": b"hello"}, "a.txt: no picture"),
        (
            {f"{i}.jpg": b"" for i in range(9)},
            "9 skipped, such as [0-8].jpg: empty file",
        ),
    ],
)
@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_no_usable_picture(tmp_path, files, reason, kind):
    (tmp_path / "x").mkdir()
    path = (
        fill(tmp_path / "x", files)
        if kind == "folder"
        else packed(tmp_path / "x.zip", files)
    )
    with pytest.raises(
        ValueError, match=f"holds no picture that can be used.*{reason}"
    ):
        load_data(path)


def test_files_beside_the_class_folders(tmp_path):
    fill(
        tmp_path / "mixed",
        {"cat/1.png": GOOD["a.png"], "dog/2.png": GOOD["d.png"], "LICENSE": b"free"},
    )
    assert load_data(tmp_path / "mixed").label_names == ("cat", "dog")


@pytest.mark.skipif(
    sys.platform != "linux", reason="needs links, pipes, and file names of any bytes"
)
def test_links_pipes_and_odd_names(tmp_path):
    fill(
        tmp_path / "x",
        {
            "good.png": GOOD["a.png"],
            "line\nbreak.jpg": b"",
            ".ipynb_checkpoints/a.png": GOOD["a.png"],
        },
    )
    os.mkfifo(tmp_path / "x" / "pipe.png")
    (tmp_path / "x" / "linked.png").symlink_to(tmp_path / "x" / "good.png")
    (tmp_path / "x" / "dangling.png").symlink_to(tmp_path / "nowhere.png")
    (tmp_path / "x" / "loop").symlink_to(tmp_path / "x")
    with open(os.fsencode(tmp_path / "x") + b"/\xff.jpg", "wb"):
        pass
    data = load_data(tmp_path / "x")
    assert len(data) == 2  # the good one, and the link to it
    text = "\n".join(data.skipped)
    assert len(text.splitlines()) == len(data.skipped) == 6
    for part in (
        "pipe.png: empty file",
        "dangling.png: cannot be read",
        "loop: folder not entered: a link",
        ".ipynb_checkpoints/a.png: hidden",
        "line?break.jpg: empty file",
        "?.jpg: empty file",
    ):
        assert part in text


@pytest.mark.parametrize(
    "name",
    [
        "../evil.png",
        "a/../../evil.png",
        "/etc/evil.png",
        "C:\\evil.png",
        "c:/evil.png",
        "..\\evil.png",
        "\\\\host\\share\\evil.png",
    ],
)
def test_zip_paths_that_climb_out_are_refused(tmp_path, name):
    (tmp_path / "in").mkdir()
    path = packed(tmp_path / "in" / "x.zip", {"good.png": GOOD["a.png"]})
    with zipfile.ZipFile(path, "a") as archive:
        info = zipfile.ZipInfo("x")
        info.filename = name  # as it stands, past what the constructor tidies up
        archive.writestr(info, GOOD["a.png"])
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ValueError, match="evil.png.* climbs out"):
        load_data(path)
    assert sorted(tmp_path.rglob("*")) == before


def test_zip_bomb_is_refused(tmp_path):
    path = packed(
        tmp_path / "x.zip",
        {"good.png": GOOD["a.png"], "bomb.png": b"\0" * (64 * 2**20)},
    )
    with pytest.raises(ValueError, match="bomb"):
        load_data(path)


def test_bomb_of_many_members_is_refused(tmp_path):
    path = packed(
        tmp_path / "x.zip", {f"{i}.png": b"\0" * (8 * 2**20) for i in range(20)}
    )
    with pytest.raises(ValueError, match="bomb"):
        load_data(path)


def test_overlapping_members_are_refused(tmp_path):
    """Two hundred directory entries that all point at the same packed bytes."""
    path = packed(
        tmp_path / "x.zip",
        {"a.png": np.random.default_rng(0).bytes(2000)},
        zipfile.ZIP_STORED,
    )
    raw = path.read_bytes()
    start, entry = (
        raw.index(b"PK\1\2"),
        raw[raw.index(b"PK\1\2") : raw.index(b"PK\5\6")],
    )
    entries = b"".join(entry.replace(b"a.png", b"%05d" % i) for i in range(200))
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 200, 200, len(entries), start, 0)
    path.write_bytes(raw[:start] + entries + end)
    with pytest.raises(ValueError, match="bomb"):
        load_data(path)


def patched(path, name, **fields):
    """Overwrite fields of a member in both of its headers: what a hostile zip would declare."""
    raw = bytearray(path.read_bytes())
    at = {
        "flags": (8, 6, "<H"),
        "method": (10, 8, "<H"),
        "size": (24, 22, "<L"),
        "packed": (20, 18, "<L"),
    }
    for signature, fixed, which in ((b"PK\1\2", 46, 0), (b"PK\3\4", 30, 1)):
        spot = next(
            i
            for i in range(len(raw))
            if raw[i : i + 4] == signature
            and raw[i + fixed : i + fixed + len(name)] == name.encode()
        )
        for field, value in fields.items():
            struct.pack_into(at[field][2], raw, spot + at[field][which], value)
    path.write_bytes(raw)


def test_header_that_lies_about_the_size_is_bounded(tmp_path, monkeypatch):
    """It declares 1,000 bytes and holds 50 MB: no more than what it declares is ever unpacked."""
    path = packed(
        tmp_path / "x.zip",
        {"good.png": GOOD["a.png"], "liar.png": b"\0" * (50 * 2**20)},
    )
    patched(path, "liar.png", size=1000)
    got, real = [], zipfile.ZipExtFile.read
    monkeypatch.setattr(
        zipfile.ZipExtFile, "read", lambda *a: got.append(real(*a)) or got[-1]
    )
    data = load_data(path)
    assert (
        len(data) == 1
        and len(data.skipped) == 1
        and data.skipped[0].startswith("liar.png: cannot be read")
    )
    assert max(map(len, got)) <= 1000


def test_symlinks_encrypted_and_oddly_packed_members_are_skipped(tmp_path):
    path = packed(
        tmp_path / "x.zip", {"good.png": GOOD["a.png"], "locked.png": GOOD["d.png"]}
    )
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("link.png")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("lzma.png", GOOD["d.png"], zipfile.ZIP_LZMA)
    patched(path, "locked.png", flags=1)
    data = load_data(path)
    text = "\n".join(data.skipped)
    assert len(data) == 1 and len(data.skipped) == 3
    for part in (
        "link.png: no picture",
        "locked.png: cannot be read: .*encrypted, password required",
        "lzma.png: packed by a method",
    ):
        assert re.search(part, text)


def test_damaged_member_is_skipped(tmp_path):
    path = packed(
        tmp_path / "x.zip",
        {"good.png": GOOD["a.png"], "bad.png": GOOD["d.png"]},
        zipfile.ZIP_STORED,
    )
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"bad.png") + 40] ^= 255
    path.write_bytes(raw)
    data = load_data(path)
    assert len(data) == 1 and "bad.png: cannot be read: Bad CRC-32" in data.skipped[0]


def test_too_large_a_file_is_skipped(tmp_path, monkeypatch):
    monkeypatch.setattr(image_files, "MAX_FILE", 2**20)
    files = {
        "good.png": GOOD["a.png"],
        "big.bmp": bytes_of(Image.effect_noise((1200, 1200), 50), "BMP"),
    }
    for path in (fill(tmp_path / "x", files), packed(tmp_path / "x.zip", files)):
        data = load_data(path)
        assert len(data) == 1 and data.skipped == (
            "big.bmp: too large: 1 MB, limit 1 MB",
        )


@pytest.mark.parametrize(
    "content",
    [b"", b"no zip at all", bytes_of(halves("L", 0, 9)), b"PK\5\6" + b"\xff" * 18],
)
def test_what_is_no_zip(tmp_path, content):
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(ValueError, match="is no zip that can be read"):
        load_data(tmp_path / "x.zip")


def test_more_than_memory_holds_is_refused(tmp_path):
    with pytest.raises(ValueError, match="183.1 GB.*n=21845"):
        image_files.read([], 1_000_000, size=256)
    # Where one picture alone is too large, no number of them fits.
    for n, size in ((1, 10**6), (10**400, 10**6)):
        with pytest.raises(ValueError, match="type a smaller size"):
            image_files.read([], n, size)


def test_no_warnings_reach_the_reader(tmp_path):
    fill(
        tmp_path,
        {
            **GOOD,
            "wide.png": png_header(12_000, 12_000),
            "p.png": palette(transparent=1),
        },
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data = load_data(tmp_path)
    assert len(data) == 5 and len(data.skipped) == 1
    assert data.skipped[0].startswith("wide.png: too large: 12,000 x 12,000 pixels")


def test_the_real_set(real_data):
    data = load_data(real_data / "lfw64.zip")
    assert (
        data.images.shape == (13165, 64, 64, 1)
        and data.images.dtype == np.uint8
        and not data.skipped
    )
    assert data.label_names == ("negatives", "positives") and np.bincount(
        data.labels
    ).tolist() == [9475, 3690]
    with zipfile.ZipFile(real_data / "lfw64.zip") as archive:
        first = np.asarray(Image.open(archive.open("positives/100.jpg")))
    assert (
        (data.images[..., 0] == first).all(axis=(1, 2)).any()
    )  # decoded as they are, never resampled
    parts = [
        load_data(real_data / "lfw64.zip", split=part, n=300, seed=seed)
        for seed, part in enumerate(("train", "test"))
    ]
    seen = {image.tobytes() for image in parts[0].images}
    assert len(seen) == 300 and not any(
        image.tobytes() in seen for image in parts[1].images
    )
