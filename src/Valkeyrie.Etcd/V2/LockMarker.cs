namespace Valkeyrie.Etcd.V2;

/// <summary>The beginning of the value of a lock key, by which listings distinguish it from data with such a name.</summary>
internal static class LockMarker
{
    private const string Text = "valkeyrie:lock:";

    /// <summary>Creates a unique value for a lock key.</summary>
    public static string NewValue() => Text + Guid.NewGuid().ToString("N");

    /// <summary>Checks whether a value is that of a lock key.</summary>
    public static bool Begins(ReadOnlySpan<byte> value) => value.StartsWith("valkeyrie:lock:"u8);
}
