namespace Valkeyrie.Etcd.Calls;

/// <summary>The known state of an endpoint when a call was sent: its answer cannot be older.</summary>
/// <param name="History">The number of the history.</param>
/// <param name="ClusterId">The cluster of the history; 0 if none has answered yet.</param>
/// <param name="MemberId">The member that last answered there; 0 for none.</param>
/// <param name="Revision">The highest reported revision.</param>
/// <param name="RaftTerm">The highest reported term.</param>
internal readonly record struct HistoryMark(long History, ulong ClusterId, ulong MemberId, long Revision, ulong RaftTerm);
