using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Valkeyrie.Tests.PowerShell.Trees;

/// <summary>Pairs as somebody may have stored them: of every character that a format, an editor or a terminal gives a meaning of its own, and of bytes that are
/// no text.</summary>
internal static class OddPairs
{
    private static readonly byte[][] Pieces =
    [
        "a"u8.ToArray(), "/"u8.ToArray(), "//"u8.ToArray(), ","u8.ToArray(), ";"u8.ToArray(), "\""u8.ToArray(), "\"\""u8.ToArray(), "'"u8.ToArray(), "\n"u8.ToArray(),
        "\r\n"u8.ToArray(), "\r"u8.ToArray(), "\t"u8.ToArray(), " "u8.ToArray(), "\\"u8.ToArray(), "\\u0000"u8.ToArray(), "{}[]"u8.ToArray(), "=1+1"u8.ToArray(), "#TYPE "u8.ToArray(),
        "Key,Value,Encoding"u8.ToArray(), "text"u8.ToArray(), "base64"u8.ToArray(), "null"u8.ToArray(), "\u001B[31m"u8.ToArray(), "\u007F"u8.ToArray(), "\u0085"u8.ToArray(), "\u009B"u8.ToArray(),
        "\u00A0"u8.ToArray(), "\u2028"u8.ToArray(), "\uFEFF"u8.ToArray(), "\uFFFD"u8.ToArray(), "\uFFFE"u8.ToArray(), "é"u8.ToArray(), "你好"u8.ToArray(), "😀"u8.ToArray(), "\u200B\u202E"u8.ToArray(),
        [0x01], [0x80], [0xC2], [0xC3], [0xFF], [0xFE], [0xED, 0xA0, 0x80], [0xF0, 0x9F],
    ];

    private static readonly Gen<byte[]> Bytes = Gen.Elements(Pieces).ListOf().Select(pieces => pieces.SelectMany(piece => piece).ToArray());

    // Longer than a page of the readers, so characters and quotes cross its end.
    private static readonly Gen<byte[]> Long = Gen.Choose(1, 5).SelectMany(_ => Bytes, (n, piece) =>
        piece.Length == 0 ? [] : Enumerable.Repeat(piece, n * 40_000 / piece.Length).SelectMany(p => p).ToArray());

    /// <summary>Creates trees of up to some dozens of unique keys in order, with values.</summary>
    public static Arbitrary<KvPair[]> Trees { get; } = Gen.Zip(Gen.Frequency((9, Bytes), (1, Gen.Constant(Array.Empty<byte>()))), Gen.Frequency((20, Bytes), (1, Long)), NewPair)
        .ListOf()
        .Select(pairs => pairs.DistinctBy(pair => pair.Key).OrderBy(pair => pair.Key, Comparer<string>.Create(KeyOrder.Compare)).ToArray())
        .ToArbitrary();

    /// <summary>Creates trees of up to ten levels with few names, so they include lists, keys that are directories, names without a letter and words of
    /// formats.</summary>
    public static Arbitrary<KvPair[]> Deep { get; } = Gen.Zip(
            Gen.Elements("0", "1", "2", "10", "01", "", "a", "A", "a-b", "$base64", "$base64:x", "null", "~", "#", "- x", "<<", "true", "1.0").NonEmptyListOf()
                .Select(names => string.Join('/', names.Take(10))),
            Gen.Elements("", "0", "1.50", "-1e3", "007", "true", "null", "~", "no", "text", "two\nlines\n", " blanks ", "{}", "*a", "&a", "!b", "a: b", "a # b", "'", "MQ==").Select(Encoding.UTF8.GetBytes),
            (key, value) => new KvPair(value) { Key = key })
        .ListOf()
        .Select(pairs => pairs.DistinctBy(pair => pair.Key).OrderBy(pair => pair.Key, Comparer<string>.Create(KeyOrder.Compare)).ToArray())
        .ToArbitrary();

    /// <summary>Creates a tree with each of the pieces as a key and as a value.</summary>
    public static KvPair[] Each { get; } = [.. Pieces.Select(piece => NewPair(piece, piece)).Append(NewPair([], [])).OrderBy(pair => pair.Key, Comparer<string>.Create(KeyOrder.Compare))];

    private static KvPair NewPair(byte[] key, byte[] value) => new(value) { Key = KeyCodec.Plain.Decode(key) };
}
