namespace Valkeyrie.PowerShell.Transactions;

/// <summary>What the block of a transaction asks for, recorded instead of sent. A block runs on the thread of its pipeline, and so do the commands in
/// it: whatever runs elsewhere, such as a job that it starts, is no part of it.</summary>
internal sealed class TransactionRecording
{
    [ThreadStatic]
    private static TransactionRecording? current;

    private readonly List<KvOperation> _operations = [];

    private TransactionRecording(IKvStore store) => Store = store;

    /// <summary>The recording that commands on this thread belong to; null where no block of a transaction runs.</summary>
    public static TransactionRecording? Current => current;

    /// <summary>The store that the transaction is for.</summary>
    public IKvStore Store { get; }

    /// <summary>Runs a block and gives what its commands asked for.</summary>
    /// <param name="store">The store that the transaction is for.</param>
    /// <param name="block">Runs the block.</param>
    public static IReadOnlyList<KvOperation> Of(IKvStore store, Action block)
    {
        var recording = new TransactionRecording(store);
        current = recording;
        try
        {
            block();
            return recording._operations;
        }
        finally
        {
            current = null;
        }
    }

    /// <summary>Records an operation.</summary>
    public void Add(KvOperation operation) => _operations.Add(operation);
}
