using System.Globalization;

namespace Valkeyrie.Tests.Faults;

/// <summary>What holders of one lock did, by their own word, and what the resource that the lock guards made of it: it refuses a token lower than
/// one that it has seen.</summary>
internal sealed class LockRecord
{
    private static readonly KvErrorCode[] MayFail = [KvErrorCode.Unreachable, KvErrorCode.TimedOut, KvErrorCode.CannotLock, KvErrorCode.LockLost];

    private readonly object _gate = new();
    private readonly List<(int Worker, long Token, long Asked, long Taken)> _taken = [];
    private readonly List<(int Worker, long Token, long Checked)> _believed = [];
    private readonly List<(int Worker, long Token)> _accepted = [];
    private readonly List<string> _unexpected = [];
    private readonly List<string> _lines = [];
    private (int Worker, long Token)? _holder;
    private long _highest;
    private int _refused;

    /// <summary>All that was said, in the order in which it arrived.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>How many lines a holder has said.</summary>
    public int SaidBy(int worker)
    {
        lock (_gate)
        {
            return _lines.Count(line => line.StartsWith($"{worker} ", StringComparison.Ordinal));
        }
    }

    /// <summary>How often the lock was taken.</summary>
    public int Taken
    {
        get
        {
            lock (_gate)
            {
                return _taken.Count;
            }
        }
    }

    /// <summary>How many writes of stale holders the resource refused.</summary>
    public int Refused
    {
        get
        {
            lock (_gate)
            {
                return _refused;
            }
        }
    }

    /// <summary>Who took the lock last and has not said that it released it; null for nobody.</summary>
    public int? Holder
    {
        get
        {
            lock (_gate)
            {
                return _holder?.Worker;
            }
        }
    }

    /// <summary>Who wrote to the resource last; null for nobody.</summary>
    public int? LastWriter
    {
        get
        {
            lock (_gate)
            {
                return _accepted.Count > 0 ? _accepted[^1].Worker : null;
            }
        }
    }

    /// <summary>Takes down a line of a holder; see LockHolder for what lines there are.</summary>
    public void Take(int worker, string line)
    {
        var words = line.Split(' ');
        lock (_gate)
        {
            _lines.Add($"{worker} {line}");
            switch (words[0])
            {
                case "acquired" when words.Length == 4:
                    _taken.Add((worker, Number(1), Number(2), Number(3)));
                    _holder = (worker, Number(1));
                    break;
                case "write" when words.Length == 4:
                    Write(worker, Number(1));
                    if (words[2] == "1")
                    {
                        _believed.Add((worker, Number(1), Number(3)));
                    }

                    break;
                case "released" when words.Length == 3:
                    _holder = _holder == (worker, Number(1)) ? null : _holder;
                    break;
                case "failed" when !Enum.TryParse<KvErrorCode>(words[1], out var code) || !MayFail.Contains(code):
                case "unexpected":
                    _unexpected.Add($"A holder failed as none may: {line}");
                    break;
            }
        }

        long Number(int word) => long.Parse(words[word], CultureInfo.InvariantCulture);
    }

    /// <summary>What is wrong; none if nothing is.</summary>
    public IReadOnlyList<string> Check()
    {
        lock (_gate)
        {
            var wrong = new List<string>(_unexpected);
            var byTime = _taken.OrderBy(t => t.Taken).ToList();
            wrong.AddRange(_taken.GroupBy(t => t.Token).Where(g => g.Count() > 1).Select(g => $"Two holders have the token {g.Key}."));
            wrong.AddRange(
                from earlier in byTime
                from later in byTime
                where earlier.Taken < later.Asked && earlier.Token >= later.Token
                select $"The token {later.Token} was given after {earlier.Token} and is not higher.");

            // A holder that finds its lock held after another has it did not know in time. The first later holder is the one that matters.
            foreach (var belief in _believed)
            {
                var other = byTime.FirstOrDefault(t => t.Token > belief.Token);
                if (other != default && other.Taken < belief.Checked)
                {
                    wrong.Add($"Worker {belief.Worker} took its lock {belief.Token} for held at {belief.Checked}; worker {other.Worker} had {other.Token} since {other.Taken}.");
                }
            }

            wrong.AddRange(_accepted.Zip(_accepted.Skip(1)).Where(p => p.Second.Token < p.First.Token || (p.Second.Token == p.First.Token && p.Second.Worker != p.First.Worker))
                .Select(p => $"The resource accepted {p.Second} after {p.First}."));
            return wrong;
        }
    }

    private void Write(int worker, long token)
    {
        if (token < _highest)
        {
            _refused++;
            return;
        }

        _highest = token;
        _accepted.Add((worker, token));
    }
}
