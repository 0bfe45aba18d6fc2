namespace Valkeyrie.Tests.Fuzz;

/// <summary>Random or randomly damaged bytes.</summary>
internal static class Mutation
{
    private const int LongestNoise = 300;

    /// <summary>Changes, inserts, removes or repeats a few bytes of one of the messages; sometimes returns it unchanged, sometimes only noise.</summary>
    public static byte[] OfAny(byte[][] messages, Random random) => random.Next(16) switch
    {
        0 => Noise(random),
        1 => messages[random.Next(messages.Length)],
        _ => Of(messages[random.Next(messages.Length)], random),
    };

    /// <summary>Changes, inserts, removes or repeats a few bytes of a message.</summary>
    public static byte[] Of(byte[] message, Random random)
    {
        var bytes = new List<byte>(message);
        for (var times = random.Next(1, 5); times > 0 && bytes.Count > 0; times--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(7))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: bytes.Insert(at, (byte)random.Next(256)); break;
                case 3: bytes.RemoveRange(at, random.Next(1, bytes.Count - at + 1)); break;
                case 4: bytes[at] = (byte)(random.Next(2) * 255); break;
                case 5: bytes.RemoveAt(at); break;
                default: bytes.InsertRange(at, bytes.GetRange(at, random.Next(1, Math.Min(20, bytes.Count - at) + 1))); break;
            }
        }

        return [.. bytes];
    }

    public static byte[] Noise(Random random)
    {
        var bytes = new byte[random.Next(LongestNoise)];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>Creates a text of any characters: letters, separators, NULs, halves of surrogate pairs.</summary>
    public static string Text(Random random, int longest)
    {
        var text = new char[random.Next(longest + 1)];
        for (var i = 0; i < text.Length; i++)
        {
            text[i] = random.Next(12) switch
            {
                0 => (char)random.Next(0xD800, 0xE000),
                1 => '/',
                2 => (char)random.Next(0x20),
                3 => (char)random.Next(0x10000),
                4 => "_.:,@[]%?#=&\\"[random.Next(13)],
                _ => (char)random.Next('a', 'z' + 1),
            };
        }

        return new string(text);
    }
}
