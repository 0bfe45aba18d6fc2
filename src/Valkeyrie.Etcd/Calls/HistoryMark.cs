namespace Valkeyrie.Etcd.Calls;

/// <summary>What was known of an endpoint when a call was sent there: its answer cannot be behind that.</summary>
/// <param name="History">The number of the history.</param>
/// <param name="ClusterId">The cluster that the history is of; 0 if none has answered yet.</param>
/// <param name="MemberId">The member that last answered there; 0 for none.</param>
/// <param name="Revision">The highest revision that it gave.</param>
/// <param name="RaftTerm">The highest term that it gave.</param>
internal readonly record struct HistoryMark(long History, ulong ClusterId, ulong MemberId, long Revision, ulong RaftTerm);
