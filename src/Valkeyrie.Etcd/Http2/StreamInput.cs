namespace Valkeyrie.Etcd.Http2;

/// <summary>The reaction of a stream to its input.</summary>
/// <param name="Resumes">True if the stream's reader must be resumed.</param>
/// <param name="IsGivenUp">True if the rest of the response is not needed, so that the peer can stop sending it.</param>
/// <param name="Acknowledged">The number of further bytes that the peer may send.</param>
internal readonly record struct StreamInput(bool Resumes, bool IsGivenUp = false, int Acknowledged = 0);
