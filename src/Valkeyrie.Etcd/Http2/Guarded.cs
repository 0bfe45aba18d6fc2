namespace Valkeyrie.Etcd.Http2;

/// <summary>A value that can be accessed only while its lock is held.</summary>
/// <param name="value">The value.</param>
internal sealed class Guarded<T>(T value)
{
    private T _value = value;

    /// <summary>Takes the lock. Dispose the result to release it, and do not block in the meantime.</summary>
    public Held Lock()
    {
        Monitor.Enter(this);
        return new Held(this);
    }

    /// <summary>The held lock, with access to the value.</summary>
    public readonly ref struct Held(Guarded<T> owner)
    {
        public ref T Value => ref owner._value;

        public void Dispose() => Monitor.Exit(owner);
    }
}
