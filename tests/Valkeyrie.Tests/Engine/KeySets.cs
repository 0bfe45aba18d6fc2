using System.Globalization;

namespace Valkeyrie.Tests.Engine;

/// <summary>Sets of usual and of unreasonable keys.</summary>
internal static class KeySets
{
    public static IReadOnlyDictionary<string, Func<Random, int, IEnumerable<string>>> All { get; } = new Dictionary<string, Func<Random, int, IEnumerable<string>>>
    {
        ["counted"] = (_, count) => Enumerable.Range(0, count).Select(i => $"{i:D8}"),
        ["counted, not padded"] = (_, count) => Enumerable.Range(0, count).Select(i => $"{i}"),
        ["with a name before the number"] = (_, count) => Enumerable.Range(0, count).Select(i => $"host-{i:D6}.example/state"),
        ["drawn from 2^128"] = (random, count) => Enumerable.Range(0, count).Select(_ => $"{random.NextInt64(long.MinValue, long.MaxValue):x16}{random.NextInt64():x16}"),
        ["ever farther apart"] = (_, count) => Enumerable.Range(0, count).Select(i => ((long)Math.Pow(1.002, i)).ToString("D12", CultureInfo.InvariantCulture)),
        ["words"] = (random, count) => Enumerable.Range(0, count).Select(_ => Word(random, 3, 9)),
        ["few large directories"] = (random, count) => Directories(random, count, count / 4),
        ["many small directories"] = (random, count) => Directories(random, count, 20),
        ["one large directory between small ones"] = (random, count) =>
            Directories(random, count / 4, 5).Concat(Enumerable.Range(0, count * 3 / 4).Select(i => $"m/{i:D9}")),
        ["all behind one long beginning"] = (_, count) => Enumerable.Range(0, count).Select(i => new string('x', 200) + $"/{i:X}"),
        ["of any character"] = (random, count) => Enumerable.Range(0, count).Select(_ => Word(random, 1, 12, ' ', '\u2FFF')),
    };

    private static IEnumerable<string> Directories(Random random, int count, int largest)
    {
        while (count > 0)
        {
            var directory = Word(random, 2, 8);
            var size = Math.Min(count, random.Next(1, largest));
            count -= size;
            for (var i = 0; i < size; i++)
            {
                yield return $"{directory}/{i:D5}";
            }
        }
    }

    private static string Word(Random random, int shortest, int longest, char from = 'a', char to = 'z') =>
        string.Concat(Enumerable.Range(0, random.Next(shortest, longest)).Select(_ => (char)random.Next(from, to + 1)));
}
