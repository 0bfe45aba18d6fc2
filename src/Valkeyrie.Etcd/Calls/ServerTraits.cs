using Valkeyrie.Etcd.Http2;

namespace Valkeyrie.Etcd.Calls;

/// <summary>What the replies on one connection have shown of its server. A new connection may lead to another server, so nothing is carried over.</summary>
/// <param name="connection">The connection.</param>
/// <param name="history">The history of the last reply on it; see <see cref="ClusterHistory"/>.</param>
internal sealed class ServerTraits(Http2Connection connection, long history)
{
    private const int Unknown = 0;
    private const int Asked = 1;
    private const int Streams = 2;
    private const int StreamsNot = 3;

    private static readonly Version FirstWithRangeStream = new(3, 7);

    private int _rangeStream;

    /// <summary>The connection.</summary>
    public Http2Connection Connection => connection;

    /// <summary>The history of the last reply on it.</summary>
    public long History => history;

    /// <summary>True unless the server has no RangeStream, or its first one is under way.</summary>
    public bool MayStreamRanges => Volatile.Read(ref _rangeStream) is Unknown or Streams;

    /// <summary>The same server in another history.</summary>
    public ServerTraits In(long other) => new(connection, other) { _rangeStream = Volatile.Read(ref _rangeStream) is var known and not Asked ? known : Unknown };

    /// <summary>Begins a RangeStream; false if it must not begin. Until the first one has shown whether the server knows the method, no other begins.</summary>
    public bool TryBeginRangeStream() =>
        Volatile.Read(ref _rangeStream) == Streams || Interlocked.CompareExchange(ref _rangeStream, Asked, Unknown) == Unknown;

    /// <summary>Records the outcome of beginning a RangeStream.</summary>
    /// <param name="isKnown">True if the server answered it, false if it does not know the method, null if it failed otherwise.</param>
    public void RangeStreamBegan(bool? isKnown)
    {
        if (isKnown is { } known)
        {
            Volatile.Write(ref _rangeStream, known ? Streams : StreamsNot);
        }
        else
        {
            Interlocked.CompareExchange(ref _rangeStream, Unknown, Asked);
        }
    }

    /// <summary>Records the server's version.</summary>
    public void HasVersion(string version)
    {
        // A preview has its name after a hyphen.
        if (Version.TryParse(version.Split('-')[0], out var number) && number < FirstWithRangeStream)
        {
            Volatile.Write(ref _rangeStream, StreamsNot);
        }
    }
}
