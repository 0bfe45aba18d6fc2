using System.Globalization;

namespace Valkeyrie.Tests.Faults;

/// <summary>The reports of one lock's holders, and the decisions of the resource that the lock guards: it refuses a token lower than
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

    /// <summary>All reports in the order of their arrival.</summary>
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

    /// <summary>The number of a holder's reports.</summary>
    public int SaidBy(int worker)
    {
        lock (_gate)
        {
            return _lines.Count(line => line.StartsWith($"{worker} ", StringComparison.Ordinal));
        }
    }

    /// <summary>The number of times that the lock was taken.</summary>
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

    /// <summary>The number of stale holders' writes that the resource refused.</summary>
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

    /// <summary>The last holder that has not reported a release; null for none.</summary>
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

    /// <summary>The last writer to the resource; null for none.</summary>
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

    /// <summary>Adds a report of a holder; see LockHolder for the possible lines.</summary>
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

    /// <summary>Gets the violations; empty if there are none.</summary>
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

            // A holder that believes to hold its lock after another one has taken it was not notified in time. The first later holder is the relevant one.
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
