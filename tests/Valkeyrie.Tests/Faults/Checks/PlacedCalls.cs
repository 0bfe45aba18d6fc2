namespace Valkeyrie.Tests.Faults;

/// <summary>The set of placed calls. Calls are placed nearly in the order of their start, so all below a mark are placed, and few above it.</summary>
internal sealed class PlacedCalls(int known, int unknown)
{
    private readonly bool[] _known = new bool[known];
    private readonly ulong[] _unknown = new ulong[(unknown + 63) / 64];
    private int _high;

    /// <summary>The first known call that is not placed.</summary>
    public int Low { get; private set; }

    public int KnownCount { get; private set; }

    public bool Known(int call) => _known[call];

    public bool Unknown(int call) => (_unknown[call / 64] >> (call % 64) & 1) != 0;

    public ulong[] UsedUp() => [.. _unknown];

    public bool HasUsedUpAll(ulong[] others) => others.Zip(_unknown).All(pair => (pair.First & ~pair.Second) == 0);

    public void Set(int step, bool placed)
    {
        if (step >= _known.Length)
        {
            _unknown[(step - _known.Length) / 64] ^= 1UL << ((step - _known.Length) % 64);
            return;
        }

        _known[step] = placed;
        KnownCount += placed ? 1 : -1;
        _high = Math.Max(_high, step + 1);
        Low = placed ? Low : Math.Min(Low, step);
        while (Low < _known.Length && _known[Low])
        {
            Low++;
        }
    }

    public string Key()
    {
        while (_high > Low && !_known[_high - 1])
        {
            _high--;
        }

        // One character for sixteen calls.
        var above = Math.Max(0, _high - Low);
        return string.Create(2 + ((above + 15) / 16), this, (text, self) =>
        {
            text.Clear();
            text[0] = (char)(self.Low >> 16);
            text[1] = (char)self.Low;
            for (var i = 0; i < above; i++)
            {
                text[2 + (i / 16)] |= (char)(self._known[self.Low + i] ? 1 << (i % 16) : 0);
            }
        });
    }
}
