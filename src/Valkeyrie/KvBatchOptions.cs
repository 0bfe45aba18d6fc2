namespace Valkeyrie;

/// <summary>Options of a <see cref="KvBatchWriter"/>.</summary>
public sealed record KvBatchOptions
{
    /// <summary>The maximum number of operations in one transaction, from 1; with 1 each write is a separate request. Default: null, 128. The store's own limit
    /// (<see cref="KvPromises.LargestTransaction"/>) always applies.</summary>
    public int? Operations { get; init; }

    /// <summary>The maximum number of requests under way at once, from 1. Default: null, which means 4 transactions, or 128 single writes if the store has no
    /// transactions.</summary>
    public int? Requests { get; init; }

    /// <summary>True to send nothing more after the first write that the store refuses; the writes not yet sent end with
    /// <see cref="OperationCanceledException"/>. Default: false, each write succeeds or fails independently.</summary>
    public bool StopAtRefusal { get; init; }
}
