namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>The answer of requests without a result.</summary>
internal sealed class Nothing
{
    private Nothing()
    {
    }

    public static Nothing Instance { get; } = new();
}
