using Valkeyrie.Embedded.Sqlite;

namespace Valkeyrie.Embedded.Storage;

/// <summary>The clock of a store's leases, in milliseconds since 1970, UTC. The first process that opens the store after a start of the machine sets it from
/// its wall clock; then it continues with the time since that start. So a wall clock that is set, or differs in one process, ends no lease.</summary>
/// <remarks>If the system has no such time, it is the wall clock.</remarks>
internal sealed class StoreClock
{
    private readonly Func<long> _wall;
    private readonly long? _offset;

    private StoreClock(Func<long> wall, long? offset)
    {
        _wall = wall;
        _offset = offset;
    }

    /// <summary>The current time.</summary>
    public long Now => _offset is { } offset ? BootClock.Now + offset : _wall();

    /// <summary>Creates the clock of a database, which stores the offset for all processes.</summary>
    /// <param name="connection">A writing connection.</param>
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

            // Another process may have set it first.
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
            // For example on a full disk: reads continue with the same clock, unless another process sets it.
            return offset;
        }
        finally
        {
            connection.RollBack();
        }
    }
}
