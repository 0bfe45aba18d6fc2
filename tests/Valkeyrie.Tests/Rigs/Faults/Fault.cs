namespace Valkeyrie.Tests.Rigs;

/// <summary>What can go wrong with a member, or with the way to it.</summary>
internal enum FaultKind
{
    /// <summary>Its connections are reset.</summary>
    Cut,

    /// <summary>The connections to all members are reset.</summary>
    CutAll,

    /// <summary>Its connections are dropped without a word; new ones pass.</summary>
    Forget,

    /// <summary>Nothing listens any more.</summary>
    Refuse,

    /// <summary>Nothing listens any more, for any member.</summary>
    RefuseAll,

    /// <summary>Data is held back, and comes late.</summary>
    Stall,

    /// <summary>Data is dropped without a word, new connections' too.</summary>
    Swallow,

    /// <summary>All ways are slow.</summary>
    SlowAll,

    /// <summary>The member is stopped (SIGSTOP) and goes on later as if nothing had been.</summary>
    Suspend,

    /// <summary>The member is killed (SIGKILL) and started again later.</summary>
    Kill,
}

/// <summary>One fault.</summary>
/// <param name="Kind">What goes wrong.</param>
/// <param name="Member">With whom.</param>
/// <param name="OfLeader">True if it is to hit whoever leads, where that is known.</param>
/// <param name="Lasting">How long.</param>
/// <param name="Pause">How long all is well after it.</param>
internal sealed record Fault(FaultKind Kind, int Member, bool OfLeader, TimeSpan Lasting, TimeSpan Pause)
{
    /// <summary>The faults that a seed stands for, for about so long. Each kind comes once before any comes twice, and about every other hits the leader.</summary>
    public static IReadOnlyList<Fault> Plan(int seed, TimeSpan duration)
    {
        var random = new Random(seed);
        var faults = new List<Fault>();
        var left = duration;
        while (left > TimeSpan.Zero)
        {
            var kinds = Enum.GetValues<FaultKind>();
            random.Shuffle(kinds);
            foreach (var kind in kinds.TakeWhile(_ => left > TimeSpan.Zero))
            {
                var fault = new Fault(kind, random.Next(EtcdCluster.Size), random.Next(2) == 0, Milliseconds(300, 1800), Milliseconds(100, 900));
                faults.Add(fault);
                left -= fault.Lasting + fault.Pause;
            }
        }

        return faults;

        TimeSpan Milliseconds(int least, int most) => TimeSpan.FromMilliseconds(random.Next(least, most));
    }
}
