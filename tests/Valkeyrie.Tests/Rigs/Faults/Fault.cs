namespace Valkeyrie.Tests.Rigs;

/// <summary>The faults of a member, or of the connection to it.</summary>
internal enum FaultKind
{
    /// <summary>Its connections are reset.</summary>
    Cut,

    /// <summary>The connections to all members are reset.</summary>
    CutAll,

    /// <summary>Its connections are dropped silently; new ones pass.</summary>
    Forget,

    /// <summary>Its port refuses connections.</summary>
    Refuse,

    /// <summary>The ports of all members refuse connections.</summary>
    RefuseAll,

    /// <summary>Data is delayed.</summary>
    Stall,

    /// <summary>Data is dropped silently, also that of new connections.</summary>
    Swallow,

    /// <summary>All connections are slow.</summary>
    SlowAll,

    /// <summary>The member is stopped (SIGSTOP) and resumes later.</summary>
    Suspend,

    /// <summary>The member is killed (SIGKILL) and restarted later.</summary>
    Kill,
}

/// <summary>One fault.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Member">The affected member.</param>
/// <param name="OfLeader">True if it affects the leader instead, if that is known.</param>
/// <param name="Lasting">The duration.</param>
/// <param name="Pause">The healthy time after it.</param>
internal sealed record Fault(FaultKind Kind, int Member, bool OfLeader, TimeSpan Lasting, TimeSpan Pause)
{
    /// <summary>Creates the faults of a seed for about a duration. Each kind occurs once before any repeats, and about every second one affects the
    /// leader.</summary>
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
