using Valkeyrie.ZooKeeper.Protocol;

namespace Valkeyrie.ZooKeeper.Sessions;

/// <summary>Receives the notifications of a connection. Called by the reading thread, so it must not block.</summary>
internal interface IConnectionOwner
{
    /// <summary>Called when a request was answered, which proves that the server heard of the session at or after the time it was sent.</summary>
    /// <param name="sentAt">The time of sending, as returned by <see cref="System.Diagnostics.Stopwatch.GetTimestamp"/>.</param>
    /// <param name="zxid">The newest transaction known to the server; 0 if not reported.</param>
    void OnAnswered(long sentAt, long zxid);

    /// <summary>Called for an event of a watch.</summary>
    void OnEvent(WatchEvent happened);

    /// <summary>Called when the connection has ended, before its calls fail, so that they find another one.</summary>
    void OnEnded(SessionConnection connection, SessionException why);
}
