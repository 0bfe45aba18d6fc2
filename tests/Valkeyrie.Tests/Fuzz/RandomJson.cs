namespace Valkeyrie.Tests.Fuzz;

/// <summary>Texts for JSON, and damaged JSON.</summary>
internal static class RandomJson
{
    /// <summary>Changes a document in one to three places.</summary>
    public static byte[] Damage(byte[] original, Random random)
    {
        var bytes = original.ToList();
        for (var times = random.Next(1, 4); times > 0 && bytes.Count > 0; times--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes.RemoveAt(at); break;
                case 2: bytes.Insert(at, (byte)"{}[]\",:\\0"[random.Next(9)]); break;
                case 3: bytes.RemoveRange(at, bytes.Count - at); break;
                default: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(20, bytes.Count - at))); break;
            }
        }

        return [.. bytes];
    }

    /// <summary>Creates a text of up to 19 characters from all of Unicode, including control characters.</summary>
    /// <param name="random">The source.</param>
    /// <param name="atLeast">The minimum number of characters.</param>
    public static string Text(Random random, int atLeast = 0) => string.Concat(Enumerable.Range(0, random.Next(atLeast, 20)).Select(_ => char.ConvertFromUtf32(random.Next(4) switch
    {
        0 => random.Next(1, 0x80),
        1 => random.Next(0x80, 0xD800),
        2 => random.Next(0xE000, 0x10000),
        _ => random.Next(0x10000, 0x110000),
    })));
}
