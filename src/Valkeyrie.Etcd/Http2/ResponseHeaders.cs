namespace Valkeyrie.Etcd.Http2;

/// <summary>The header fields of a response that gRPC uses.</summary>
internal struct ResponseHeaders
{
    public string? HttpStatus;
    public string? ContentType;
    public string? GrpcStatus;
    public string? GrpcMessage;

    /// <summary>True if the answer itself is yet to come (RFC 9110, section 15.2).</summary>
    public readonly bool IsInterim => HttpStatus is "100" or "103";

    public void Set(string name, string value)
    {
        switch (name)
        {
            case ":status": HttpStatus = value; break;
            case "content-type": ContentType = value; break;
            case "grpc-status": GrpcStatus = value; break;
            case "grpc-message": GrpcMessage = value; break;
        }
    }
}
