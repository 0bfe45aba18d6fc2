namespace Valkeyrie.Etcd.Engine;

/// <summary>A call of <see cref="IEtcdCalls"/> failed. The inner exception is the error as the store's own calls tell it.</summary>
#pragma warning disable CA1032 // made here, with all it needs
public sealed class EtcdCallException : Exception
#pragma warning restore CA1032
{
    internal EtcdCallException(int statusCode, string detail, IReadOnlyList<KeyValuePair<string, string>> trailers, KvException error)
        : base(error.Message, error)
    {
        StatusCode = statusCode;
        Detail = detail;
        Trailers = trailers;
        Error = error;
    }

    /// <summary>The status code of gRPC, from 1 (cancelled) to 16 (unauthenticated): the server's, or where no server answered, what the failure amounts to.</summary>
    public int StatusCode { get; }

    /// <summary>The server's own text, as it sent it; where no server answered, the message of <see cref="Error"/>. Text from outside: make it visible before
    /// you show it.</summary>
    public string Detail { get; }

    /// <summary>The metadata behind the reply; empty if there was none.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Trailers { get; }

    /// <summary>The error as the store's own calls tell it, with its code, endpoint and advice.</summary>
    public KvException Error { get; }
}
