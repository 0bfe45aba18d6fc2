namespace Valkeyrie;

/// <summary>Options of a <see cref="KvBatchWriter"/>.</summary>
public sealed record KvBatchOptions
{
    /// <summary>The most operations in one transaction, at least 1; with 1 each write is a separate request. Default: null, for 128. Never more than the store takes
    /// (<see cref="KvPromises.LargestTransaction"/>).</summary>
    public int? Operations { get; init; }

    /// <summary>The most requests on their way at once. Default: null, for 4 transactions, or 128 single writes where the store has no transactions. At least 1.</summary>
    public int? Requests { get; init; }

    /// <summary>True to send nothing more after the first write that the store refuses: the writes that were not sent end with
    /// <see cref="OperationCanceledException"/>. Default: false, where each write succeeds or fails by itself.</summary>
    public bool StopAtRefusal { get; init; }
}
