namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>The answer of requests that answer nothing.</summary>
internal sealed class Nothing
{
    private Nothing()
    {
    }

    public static Nothing Instance { get; } = new();
}
