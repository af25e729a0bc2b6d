#!/usr/bin/python3
"""Decoding and resizing compared with Pillow, pixel by pixel: every difference is a failure.

  parity_test.py PICTURE_TOOL

Makes pictures of every mode, depth and kind with Pillow, in a temporary directory, and also reads
Debian's libjxl-testdata (with files of PngSuite) if it is installed.
"""
import io
import pathlib
import random
import struct
import sys
import tempfile
import unittest
import unittest.mock
import zlib

try:
    from PIL import Image, ImageDraw, ImageFile, features
except ImportError:
    print("skipped: pictures_parity: needs Pillow (Debian's python3-pil)")
    sys.exit(77)

from pillow_reference import FILTERS, Tool, ToolError, difference, frame, reference

TOOL = None
TESTDATA = pathlib.Path("/usr/share/libjxl-testdata")
BACKGROUND = (200, 30, 101)


def scene(width, height, mode="RGB"):
    """Smooth colours, edges and noise; with an alpha channel of its own where the mode has one."""
    random.seed(width * 1000 + height)
    image = Image.new("RGB", (width, height))
    image.putdata([(255 * x // width, 255 * y // height, (x * y + random.randrange(40)) % 256)
                   for y in range(height) for x in range(width)])
    draw = ImageDraw.Draw(image)
    draw.ellipse((width // 4, height // 4, width // 2, height * 3 // 4), fill=(250, 10, 10))
    draw.line((0, height, width, 0), fill=(255, 255, 255), width=2)
    if mode in ("RGBA", "LA"):
        alpha = Image.new("L", image.size)
        alpha.putdata([random.choice((0, 1, 127, 128, 254, 255, x % 256))
                       for x in range(width * height)])
        image = image.convert(mode)
        image.putalpha(alpha)
        return image
    return image.convert(mode)


def png_bytes(width, height, depth, colour, rows, chunks=(), interlaced=False):
    """A PNG of any kind; `rows` are packed and not filtered."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    assert not interlaced
    data = b"".join(b"\0" + row for row in rows)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
            + b"".join(chunk(kind, content) for kind, content in chunks)
            + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b""))


def packed(values, depth):
    """A row of samples of `depth` bits."""
    if depth == 16:
        return struct.pack(f">{len(values)}H", *values)
    bits = "".join(format(value, f"0{depth}b") for value in values)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))


class ParityTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.tool = Tool(TOOL)
        cls.directory = tempfile.TemporaryDirectory()
        cls.root = pathlib.Path(cls.directory.name)

    @classmethod
    def tearDownClass(cls):
        cls.tool.close()
        cls.directory.cleanup()

    def file(self, name, content):
        path = self.root / name
        path.write_bytes(content)
        return path

    def saved(self, image, name, **options):
        path = self.root / name
        with unittest.mock.patch.object(ImageFile, "MAXBLOCK", 1 << 20):  # JPEGs in one block
            image.save(path, **options)
        return path

    def check(self, path, apply=False):
        """Both numbers of channels, over two backgrounds."""
        for channels in (3, 1):
            for background in ((255, 255, 255), BACKGROUND):
                with self.subTest(path=path.name, channels=channels, background=background):
                    answer = self.tool.decode(path, channels, background, apply)
                    self.assertEqual(
                        difference(answer, reference(path, channels, background, apply)), 0)

    def check_sizes(self, path, channels=3):
        """Every framing, filter and some boxes of a file."""
        self.tool.decode(path, channels, BACKGROUND)
        image = reference(path, channels, BACKGROUND)
        width, height = image.size
        for method, pillow in FILTERS.items():
            for size in ((1, 1), (7, 5), (64, 64), (32, 96), (height, width), (height, 17),
                         (19, width), (2 * height + 1, 3 * width)):
                for mode in ("crop", "stretch", "fit"):
                    with self.subTest(path=path.name, mode=mode, size=size, filter=method):
                        answer = self.tool.frame(mode, *size, method)
                        try:
                            expected = frame(image, mode, *size, pillow, BACKGROUND)
                        except ValueError:  # Pillow's fit can be empty
                            self.assertEqual((mode, answer[0][:2]), ("fit", size))
                            continue
                        self.assertEqual(difference(answer, expected), 0)
                boxes = ((0, 0, width, height), (0.25, 0.5, width - 0.125, height - 0.3),
                         (width / 3, height / 3, width / 3 + 0.6, height / 3 + 0.5),
                         (width // 2, 0, width, height // 2 + 0.5))
                for box in boxes:
                    with self.subTest(path=path.name, box=box, size=size, filter=method):
                        answer = self.tool.resize(*size, method, box)
                        expected = image.resize((size[1], size[0]), pillow, box)
                        self.assertEqual(difference(answer, expected), 0)

    def test_jpegs(self):
        for number, (mode, options) in enumerate(
                [("RGB", {"subsampling": s, "quality": q, "progressive": p})
                 for s in (0, 1, 2) for q in (5, 75, 100) for p in (False, True)]
                + [(mode, {"quality": q, "progressive": p})
                   for mode in ("L", "CMYK") for q in (30, 95) for p in (False, True)]):
            for size in ((1, 1), (33, 17), (150, 203)):
                self.check(self.saved(scene(*size, mode), f"{number}_{size[0]}.jpg", **options))

    def test_jpegs_of_other_colour_spaces(self):
        whole = io.BytesIO()
        scene(40, 30).save(whole, "JPEG", quality=90, subsampling=0)
        jpeg = whole.getvalue()
        # An Adobe marker in place of JFIF's: transform 0 is RGB, 1 YCbCr.
        for transform in (0, 1):
            adobe = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00" + bytes([transform])
            self.check(self.file(f"adobe{transform}.jpg", jpeg[:2] + adobe + jpeg[20:]))
        whole = io.BytesIO()
        scene(40, 30, "CMYK").save(whole, "JPEG", quality=90)
        cmyk = whole.getvalue()
        place = cmyk.index(b"Adobe")
        for transform in (0, 2):  # CMYK, YCCK
            changed = bytearray(cmyk)
            changed[place + 11] = transform
            self.check(self.file(f"cmyk{transform}.jpg", bytes(changed)))
        without = cmyk[:place - 4] + cmyk[place + 12:]
        self.check(self.file("cmyk_without_marker.jpg", without))

    def test_pngs_that_pillow_writes(self):
        for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I"):
            for size in ((1, 1), (31, 22), (64, 40)):
                image = scene(*size, mode if mode != "I" else "L")
                if mode == "I":
                    image = image.convert("I").point(lambda value: value * 257 - 77)
                for optimize in (False, True):
                    self.check(self.saved(image, f"{mode}{size[0]}{optimize}.png", optimize=optimize))
        palette = scene(50, 40).quantize(16)
        for bits in (1, 2, 4, 8):
            fewer = scene(50, 40).quantize(2 ** bits)
            self.check(self.saved(fewer, f"palette{bits}.png", bits=bits))
        for transparency in (3, bytes(range(0, 256, 17)), b"\x80", b"\xff\xff\x00"):
            name = f"trns{len(str(transparency))}.png"
            self.check(self.saved(palette, name, transparency=transparency))
        grey = scene(50, 40, "L")
        self.check(self.saved(grey, "grey_trns.png", transparency=grey.getpixel((3, 3))))
        colour = scene(50, 40)
        self.check(self.saved(colour, "rgb_trns.png", transparency=colour.getpixel((3, 3))))

    def test_pngs_of_every_depth(self):
        random.seed(7)
        samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
        depths = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
        for colour, channels in samples.items():
            for depth in depths[colour]:
                rows = [packed([random.randrange(2 ** depth) for _ in range(13 * channels)], depth)
                        for _ in range(9)]
                palette = (b"PLTE", bytes(random.randrange(256) for _ in range(3 * 2 ** depth)))
                chunks = [palette] if colour == 3 else []
                self.check(self.file(f"kind{colour}_{depth}.png",
                                     png_bytes(13, 9, depth, colour, rows, chunks)))

    def test_a_short_palette(self):
        rows = [packed([0, 1, 2, 3, 9, 15], 4)] * 2
        content = png_bytes(6, 2, 4, 3, rows, [(b"PLTE", bytes(range(100, 109)))])
        self.check(self.file("short_palette.png", content))

    def test_transparent_colours_of_other_depths(self):
        # Pillow compares these after scaling to 8 bits, and finds none.
        cases = [(0, depth, [0, 1], struct.pack(">H", 1), [(0,) * 3, BACKGROUND]) for depth in (1, 2, 4)]
        cases.append((0, 16, [0x1234, 0x1235], struct.pack(">H", 0x1235), [(0x12,) * 3, BACKGROUND]))
        cases.append((2, 16, [0x1234, 0x5678, 0x9abc, 0x1234, 0x5678, 0x9abd],
                      struct.pack(">3H", 0x1234, 0x5678, 0x9abd), [(0x12, 0x56, 0x9a), BACKGROUND]))
        for colour, depth, values, transparent, expected in cases:
            content = png_bytes(2, 1, depth, colour, [packed(values, depth)], [(b"tRNS", transparent)])
            path = self.file(f"trns{colour}_{depth}.png", content)
            with self.subTest(path=path.name):
                self.assertEqual(self.tool.decode(path, 3, BACKGROUND)[1],
                                 bytes(value for pixel in expected for value in pixel))

    @unittest.skipUnless(features.check("webp"), "Pillow without WebP")
    def test_webps(self):
        for mode in ("RGB", "RGBA"):
            for size in ((1, 1), (33, 47), (120, 90)):
                image = scene(*size, mode)
                for name, options in {"lossless": {"lossless": True}, "q80": {"quality": 80},
                                      "exact": {"lossless": True, "exact": True},
                                      "q5": {"quality": 5}}.items():
                    self.check(self.saved(image, f"{mode}{size[0]}{name}.webp", **options))
        frames = [scene(50, 40, "RGBA"), scene(50, 40, "RGBA").rotate(90)]
        for lossless in (False, True):
            self.check(self.saved(frames[0], f"animation{lossless}.webp", save_all=True, duration=50,
                                  append_images=frames[1:], lossless=lossless))

    def test_gifs(self):
        for mode in ("1", "L", "P", "RGB"):
            for size in ((1, 1), (31, 9), (64, 50)):
                for interlace in (False, True):
                    image = scene(*size, mode)
                    name = f"{mode}{size[0]}{interlace}.gif"
                    self.check(self.saved(image, name, interlace=interlace))
        palette = scene(50, 40).quantize(32)
        self.check(self.saved(palette, "trns.gif", transparency=5))
        self.check(self.saved(scene(50, 40, "L"), "grey_trns.gif", transparency=128))
        frames = [palette.rotate(angle) for angle in (0, 90, 180)]
        self.check(self.saved(frames[0], "animation.gif", save_all=True, append_images=frames[1:]))

    def gif(self, canvas, place, global_palette, local_palette, transparent):
        """A GIF of one 4x3 frame, its pixels 0 to 3, without compression: a clear code before each."""
        def size_flag(palette):
            return 0x80 | 1 if palette else 0
        out = b"GIF89a" + struct.pack("<HHBBB", *canvas, size_flag(global_palette), 0, 0)
        out += global_palette or b""
        if transparent is not None:
            out += b"\x21\xf9\x04\x01\x00\x00" + bytes([transparent]) + b"\x00"
        out += b"\x2c" + struct.pack("<HHHHB", *place, 4, 3, size_flag(local_palette))
        out += local_palette or b""
        codes = [code for pixel in range(12) for code in (4, pixel % 4)] + [5]
        bits = "".join(format(code, "03b")[::-1] for code in codes)
        bits += "0" * (-len(bits) % 8)
        data = bytes(int(bits[i:i + 8][::-1], 2) for i in range(0, len(bits), 8))
        return out + b"\x02" + bytes([len(data)]) + data + b"\x00\x3b"

    def test_gif_frames_within_their_canvas(self):
        one, other = bytes(range(10, 22)), bytes(range(130, 142))
        for number, (place, palettes, transparent) in enumerate(
                [(place, palettes, transparent)
                 for place in ((0, 0), (3, 2), (6, 5))
                 for palettes in ((one, None), (one, other), (None, other))
                 for transparent in (None, 0, 2)]):
            content = self.gif((8, 6), place, *palettes, transparent)
            self.check(self.file(f"canvas{number}.gif", content))

    def test_orientations(self):
        for orientation in range(10):
            exif = Image.Exif()
            exif[0x0112] = orientation
            for name, options in (("jpg", {"subsampling": 0}), ("png", {}), ("webp", {"lossless": True})):
                path = self.saved(scene(23, 14), f"orientation{orientation}.{name}", exif=exif.tobytes(),
                                  **options)
                self.check(path, apply=True)
                self.check(path, apply=False)

    def test_names_mean_nothing(self):
        image = scene(30, 20)
        for kind, name in (("JPEG", "a.png"), ("PNG", "b.jpg"), ("GIF", "c.webp"), ("WEBP", "d")):
            path = self.root / name
            image.save(path, kind)
            self.check(path)

    def test_sizes(self):
        for size in ((97, 64), (3, 200), (200, 3), (301, 299), (1, 1)):
            self.check_sizes(self.saved(scene(*size), f"size{size[0]}.png"))
        self.check_sizes(self.saved(scene(131, 77, "L"), "grey.png"), channels=1)
        self.check_sizes(self.saved(scene(131, 77, "RGBA"), "alpha.png"), channels=1)
        self.check_sizes(self.saved(scene(500, 375), "photo.jpg"))

    def test_files_of_debian(self):
        """libjxl-testdata: odd JPEGs and PNGs. What Pillow can't read, or not right, is left out."""
        if not TESTDATA.is_dir():
            self.skipTest(f"{TESTDATA} is missing (package libjxl-testdata)")
        rejected = {}
        compared = 0
        for path in sorted(TESTDATA.rglob("*")):
            if path.suffix.lower() not in (".png", ".jpg", ".jpeg", ".gif", ".webp"):
                continue
            try:
                expected = reference(path)
            except (OSError, SyntaxError, ValueError):
                continue
            try:
                answer = self.tool.decode(path)
            except ToolError as error:
                rejected[path.relative_to(TESTDATA).as_posix()] = str(error)
                continue
            compared += 1
            with self.subTest(path=path.relative_to(TESTDATA).as_posix()):
                self.assertEqual(difference(answer, expected), 0)
                box = (0, 0) + expected.size
                self.assertEqual(difference(self.tool.resize(64, 64, "bilinear", box),
                                            expected.resize((64, 64), FILTERS["bilinear"])), 0)
        self.assertEqual(rejected, {})
        self.assertGreater(compared, 80)


if __name__ == "__main__":
    TOOL = sys.argv.pop(1)
    unittest.main()
