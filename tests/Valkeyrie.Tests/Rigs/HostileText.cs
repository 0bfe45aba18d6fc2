using System.Text;

namespace Valkeyrie.Tests.Rigs;

/// <summary>Text that would control a terminal, and the characters that no output may contain.</summary>
internal static class HostileText
{
    /// <summary>The characters that must not reach a terminal, independent of the tested code.</summary>
    public static readonly int[] Hidden =
    [
        .. Enumerable.Range(0x00, 0x20), 0x7F, .. Enumerable.Range(0x80, 0x20), 0xAD, 0x61C, 0x180E, 0x200B, 0x200E, 0x200F,
        .. Enumerable.Range(0x2028, 7), .. Enumerable.Range(0x2060, 5), .. Enumerable.Range(0x2066, 10), 0xFEFF, 0xFFF9, 0xFFFA, 0xFFFB, 0xE0001,
        .. Enumerable.Range(0xE0020, 0x60),
    ];

    /// <summary>All of them in one text, an attack on a title and a screen, a line that looks like a command, and half of a surrogate pair.</summary>
    public static readonly string Whole =
        "a\u001b]0;owned\u0007\u001b[2J\u009b31m\r\nPwn\n" + string.Concat(Hidden.Select(char.ConvertFromUtf32)) + "\udcff\ud800z";

    /// <summary>Finds the first forbidden character in a text; null if there is none.</summary>
    /// <param name="text">The text.</param>
    /// <param name="lines">True if the text can have several lines.</param>
    public static string? FindIn(string text, bool lines = false)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!Rune.TryGetRuneAt(text, i, out var rune))
            {
                return $"U+{(int)text[i]:X4} at {i}";
            }

            if (Hidden.Contains(rune.Value) && !(lines && rune.Value is '\n' or '\r' or '\t'))
            {
                return $"U+{rune.Value:X4} at {i}";
            }

            i += rune.Utf16SequenceLength - 1;
        }

        return null;
    }

    /// <summary>Creates a text of any UTF-16 units, most of them of the relevant kinds.</summary>
    public static string Random(Random random)
    {
        var text = new StringBuilder();
        for (var left = random.Next(12); left >= 0; left--)
        {
            _ = random.Next(5) switch
            {
                0 => text.Append(char.ConvertFromUtf32(Hidden[random.Next(Hidden.Length)])),
                1 => text.Append((char)random.Next(char.MaxValue + 1)),
                2 => text.Append(new Rune(random.Next(0x10000, 0x110000))),
                _ => text.Append((char)random.Next(' ', 0x7F)),
            };
        }

        return text.ToString();
    }
}
