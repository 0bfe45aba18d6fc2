using Valkeyrie.Embedded.Sqlite;

namespace Valkeyrie.Embedded.Storage;

/// <summary>The clock by which the leases of a store end: milliseconds since 1970, UTC, as the first process said that opened the store since the machine was
/// started, and from then on by the time since that start. So a wall clock that is set, or that is another one in one process, ends no lease.</summary>
/// <remarks>Where the system offers no such time it is the wall clock.</remarks>
internal sealed class StoreClock
{
    private readonly Func<long> _wall;
    private readonly long? _offset;

    private StoreClock(Func<long> wall, long? offset)
    {
        _wall = wall;
        _offset = offset;
    }

    /// <summary>The time.</summary>
    public long Now => _offset is { } offset ? BootClock.Now + offset : _wall();

    /// <summary>The clock of a database, which keeps the offset for all who open it.</summary>
    /// <param name="connection">A connection that writes.</param>
    /// <param name="wall">The wall clock.</param>
    public static StoreClock Of(Connection connection, Func<long> wall)
    {
        if (BootClock.BootId is not { } boot)
        {
            return new StoreClock(wall, null);
        }

        var offset = Schema.ClockOffset(connection, boot) ?? Begin(connection, boot, wall() - BootClock.Now);
        return new StoreClock(wall, offset);
    }

    private static long Begin(Connection connection, byte[] boot, long offset)
    {
        try
        {
            connection.Execute("BEGIN IMMEDIATE");

            // Another process may have been quicker.
            if (Schema.ClockOffset(connection, boot) is { } other)
            {
                return other;
            }

            Schema.SetClock(connection, boot, offset);
            connection.Execute("COMMIT");
            return offset;
        }
        catch (KvException e) when (e.Code is KvErrorCode.QuotaExceeded or KvErrorCode.TimedOut)
        {
            // As on a full disk: reading goes on, by the same clock as long as nobody sets it.
            return offset;
        }
        finally
        {
            connection.RollBack();
        }
    }
}
