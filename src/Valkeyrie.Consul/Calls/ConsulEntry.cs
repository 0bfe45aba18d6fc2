namespace Valkeyrie.Consul.Calls;

/// <summary>A key as the API sends it.</summary>
internal sealed class ConsulEntry
{
    public string? Key { get; set; }

    public byte[] Value { get; set; } = [];

    /// <summary>A number that the writer chooses. Locks of Consul's own client have <see cref="LockFlag"/>.</summary>
    public ulong Flags { get; set; }

    /// <summary>The session that holds the key; empty for none.</summary>
    public string Session { get; set; } = "";

    public long CreateIndex { get; set; }

    public long ModifyIndex { get; set; }

    /// <summary>The flag with which Consul's own locks mark their keys (api/lock.go, LockFlagValue), so that clients distinguish locks from data.</summary>
    public const ulong LockFlag = 0x2ddccbc058a50c18;

    /// <summary>True if a lock holds the key.</summary>
    public bool IsHeldLock => Session.Length > 0 && Flags == LockFlag;
}
