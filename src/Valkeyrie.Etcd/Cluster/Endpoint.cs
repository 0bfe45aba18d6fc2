using Valkeyrie.Etcd.Http2;

namespace Valkeyrie.Etcd.Cluster;

/// <summary>One address of the cluster, with its connection and what is known of its health.</summary>
internal sealed class Endpoint(Uri address, KvTlsOptions tls, TimeSpan connectTimeout, TimeSpan keepAlive) : IDisposable
{
    // An endpoint that failed is passed over for this long, then tried again by the next call.
    private static readonly TimeSpan RestAfterFailure = TimeSpan.FromSeconds(2);

    private readonly Http2Connector _connector = new(address, () => HttpConnections.Tls(tls), connectTimeout, keepAlive);
    private long _restsUntil;

    public string Name { get; } = address.GetLeftPart(UriPartial.Authority);

    /// <summary>When it may be tried again, in <see cref="Environment.TickCount64"/>; in the past for a healthy one.</summary>
    public long RestsUntil => Volatile.Read(ref _restsUntil);

    /// <summary>Which member of which cluster answered there last, and how far it had come; kept by <see cref="ClusterHistory"/>.</summary>
    public HistoryMark Mark { get; set; }

    /// <summary>True while it holds a connection.</summary>
    public bool IsConnected => _connector.IsConnected;

    public ValueTask<Http2Connection> ConnectAsync(CancellationToken cancellationToken) => _connector.GetAsync(cancellationToken);

    public void Failed() => Volatile.Write(ref _restsUntil, Environment.TickCount64 + (long)RestAfterFailure.TotalMilliseconds);

    public void Succeeded()
    {
        if (_restsUntil != 0)
        {
            Volatile.Write(ref _restsUntil, 0);
        }
    }

    public void Dispose() => _connector.Dispose();
}
