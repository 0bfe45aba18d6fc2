namespace Valkeyrie.Etcd.V2;

/// <summary>What the value of a lock's key begins with, so that listings know the key from data that merely has such a name.</summary>
internal static class LockMarker
{
    private const string Text = "valkeyrie:lock:";

    /// <summary>A value that no other lock's key has.</summary>
    public static string NewValue() => Text + Guid.NewGuid().ToString("N");

    /// <summary>True if a value was made here.</summary>
    public static bool Begins(ReadOnlySpan<byte> value) => value.StartsWith("valkeyrie:lock:"u8);
}
