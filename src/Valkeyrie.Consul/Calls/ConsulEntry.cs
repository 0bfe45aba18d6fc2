namespace Valkeyrie.Consul.Calls;

/// <summary>A key as the API sends it.</summary>
internal sealed class ConsulEntry
{
    public string? Key { get; set; }

    public byte[] Value { get; set; } = [];

    /// <summary>A number of its writer's. Locks of Consul's own client carry <see cref="LockFlag"/>.</summary>
    public ulong Flags { get; set; }

    /// <summary>The session that holds the key; empty for none.</summary>
    public string Session { get; set; } = "";

    public long CreateIndex { get; set; }

    public long ModifyIndex { get; set; }

    /// <summary>What Consul's own locks mark their keys with (api/lock.go, LockFlagValue), so that neither takes data for a lock.</summary>
    public const ulong LockFlag = 0x2ddccbc058a50c18;

    /// <summary>True if a lock holds the key.</summary>
    public bool IsHeldLock => Session.Length > 0 && Flags == LockFlag;
}
