using Valkeyrie.ZooKeeper.Protocol;

namespace Valkeyrie.ZooKeeper.Sessions;

/// <summary>What a connection tells its session. Called by the thread that reads, so it must not wait.</summary>
internal interface IConnectionOwner
{
    /// <summary>A request was answered: the server had heard of the session no earlier than when it was sent.</summary>
    /// <param name="sentAt">When it was sent, as of <see cref="System.Diagnostics.Stopwatch.GetTimestamp"/>.</param>
    /// <param name="zxid">The newest transaction that the server knew of; 0 if it did not say.</param>
    void OnAnswered(long sentAt, long zxid);

    /// <summary>A watch tells something.</summary>
    void OnEvent(WatchEvent happened);

    /// <summary>The connection has ended. Called before its calls fail, so that they find another one.</summary>
    void OnEnded(SessionConnection connection, SessionException why);
}
