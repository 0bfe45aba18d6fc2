namespace Valkeyrie.Etcd.Http2;

/// <summary>What a stream makes of something that arrived for it.</summary>
/// <param name="Resumes">True if the stream's reader is to be resumed.</param>
/// <param name="IsGivenUp">True if the rest is of no use, so that the peer need not send it.</param>
/// <param name="Acknowledged">For how many bytes the peer may send more.</param>
internal readonly record struct StreamInput(bool Resumes, bool IsGivenUp = false, int Acknowledged = 0);
