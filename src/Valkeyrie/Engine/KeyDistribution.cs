using System.Text;

namespace Valkeyrie.Engine;

/// <summary>Estimates the key at a distance, counted in keys, from another key, based on a page of nearby keys. A wrong estimate costs time, never a key: it
/// only decides where one request ends and the next begins.</summary>
/// <remarks>Keys are read as numbers in a mixed base: the possible digits of a place are the characters seen there, extended to their kind (ten digits, sixteen
/// hexadecimal digits, an alphabet). So 16,000 keys after <c>item-00511</c> follows <c>item-16511</c>, and a carry skips places that have only one character,
/// such as a slash.</remarks>
internal sealed class KeyDistribution
{
    private const int Samples = 32;

    // The number of places after the first difference between the page's keys: enough to distinguish a key among millions.
    private const int Places = 8;

    // Smaller kinds first: the first kind that contains a character is taken to be its kind.
    private static readonly string[] Kinds = ["0123456789", "abcdef", "ABCDEF", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"];

    private readonly string _prefix;
    private readonly IReadOnlyList<string> _digits;
    private readonly int _first;
    private readonly double _step;

    private KeyDistribution(string prefix, IReadOnlyList<string> digits, int first, string from, string to, int count)
    {
        _prefix = prefix;
        _digits = digits;
        _first = first;
        _step = (Fraction(to) - Fraction(from)) / (count - 1);
    }

    /// <summary>Analyzes a page; null if it shows no distribution.</summary>
    /// <param name="prefix">The common beginning of all keys in the range.</param>
    /// <param name="pairs">The pairs of the page, in key order.</param>
    public static KeyDistribution? Of(string prefix, IReadOnlyList<KvPair> pairs)
    {
        if (pairs.Count < Samples)
        {
            return null;
        }

        var keys = Enumerable.Range(0, Samples).Select(i => pairs[(int)((long)i * (pairs.Count - 1) / (Samples - 1))].Key).ToList();
        var first = keys[0].AsSpan().CommonPrefixLength(keys[^1]) - prefix.Length;
        if (first < 0)
        {
            return null;
        }

        var seen = Enumerable.Range(prefix.Length, first + Places)
            .Select(at => keys.Where(k => k.Length > at).Select(k => k[at]).ToHashSet()).TakeWhile(s => s.Count > 0).ToList();
        var hexadecimal = seen.Find(s => s.Any(char.IsAsciiDigit) && s.Any(char.IsAsciiLetter) && s.All(char.IsAsciiHexDigit));
        var digits = seen.ConvertAll(s => DigitsOf(s, hexadecimal ?? []));
        var spread = new KeyDistribution(prefix, digits, first, keys[0], keys[^1], pairs.Count);
        return spread._step > 0 ? spread : null;
    }

    /// <summary>Estimates the key at a distance after another key; null if that is beyond the range or not known.</summary>
    /// <param name="key">The key to start after.</param>
    /// <param name="keys">The distance, in keys.</param>
    public string? Behind(string key, double keys)
    {
        var moved = Fraction(key) + (keys * _step);
        var carry = Math.Floor(moved);
        var guess = new StringBuilder(_prefix);
        for (var place = 0; place < _first; place++)
        {
            guess.Append(_prefix.Length + place < key.Length ? key[_prefix.Length + place] : _digits[place][0]);
        }

        for (var place = _first - 1; place >= 0 && carry > 0; place--)
        {
            var digits = _digits[place];
            var sum = Rank(digits, guess[_prefix.Length + place]) + carry;
            guess[_prefix.Length + place] = digits[(int)(sum % digits.Length)];
            carry = Math.Floor(sum / digits.Length);
        }

        AppendFraction(guess, moved - Math.Floor(moved));
        var text = guess.ToString();
        return carry > 0 || text.Any(char.IsSurrogate) || KeyOrder.Compare(text, key) <= 0 ? null : text;
    }

    private static string DigitsOf(HashSet<char> seen, HashSet<char> hexadecimal)
    {
        // If another place is hexadecimal, a place without a letter so far may get one later.
        var alike = seen.All(char.IsAsciiDigit) ? seen.Concat(hexadecimal) : seen;
        return string.Concat(new SortedSet<char>(alike.SelectMany(c => Array.Find(Kinds, k => k.Contains(c, StringComparison.Ordinal)) ?? $"{c}")));
    }

    private static int Rank(string digits, char c)
    {
        var below = 0;
        while (below < digits.Length - 1 && digits[below] < c)
        {
            below++;
        }

        return below;
    }

    /// <summary>Returns the places from the first difference on, as a number from 0 to 1.</summary>
    private double Fraction(string key)
    {
        var fraction = 0.0;
        var unit = 1.0;
        for (var place = _first; place < _digits.Count && _prefix.Length + place < key.Length; place++)
        {
            unit /= _digits[place].Length;
            fraction += unit * Rank(_digits[place], key[_prefix.Length + place]);
        }

        return fraction;
    }

    private void AppendFraction(StringBuilder guess, double fraction)
    {
        // Down to the place in which one unit is less than the distance between two keys.
        var unit = 1.0;
        for (var place = _first; place < _digits.Count && unit > _step; place++)
        {
            var digits = _digits[place];
            fraction *= digits.Length;
            var digit = Math.Min((int)fraction, digits.Length - 1);
            fraction -= digit;
            unit /= digits.Length;
            guess.Append(digits[digit]);
        }
    }
}
