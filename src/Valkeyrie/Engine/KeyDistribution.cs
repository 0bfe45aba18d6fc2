using System.Text;

namespace Valkeyrie.Engine;

/// <summary>Guesses which key lies so many keys behind another one, from a page of keys that lie near. A wrong guess costs time, never a key: it only
/// says where one request ends and the next begins.</summary>
/// <remarks>Keys are read as numbers of mixed base: the digits that a place can have are the characters seen there, rounded up to their kind (ten
/// digits, sixteen hexadecimal ones, an alphabet). So <c>item-00511</c> is followed, 16,000 keys later, by <c>item-16511</c>, and a carry passes
/// over places that hold one character alone, such as a slash.</remarks>
internal sealed class KeyDistribution
{
    private const int Samples = 32;

    // Places looked at behind the first in which the keys of the page differ: enough to tell a key among millions.
    private const int Places = 8;

    // Those with fewer characters first: the first that has a character is taken to be its kind.
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

    /// <summary>Looks at a page; null if it tells nothing.</summary>
    /// <param name="prefix">What all keys of the range start with.</param>
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

    /// <summary>The key that probably lies so many keys behind another one; null if that is the end of the range or is not known.</summary>
    /// <param name="key">The key to begin behind.</param>
    /// <param name="keys">How many keys.</param>
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
        // Where another place is hexadecimal, one that has shown no letter yet will do so further on.
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

    /// <summary>The places from the first one that differs on, as a number from 0 to 1.</summary>
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
        // Down to where one unit is less than the way from one key to the next.
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
