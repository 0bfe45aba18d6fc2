namespace Valkeyrie.Etcd.Http2;

/// <summary>The parameters of a SETTINGS frame that are used (RFC 9113, section 6.5.2).</summary>
internal enum Setting : ushort
{
    HeaderTableSize = 1,
    EnablePush = 2,
    MaxConcurrentStreams = 3,
    InitialWindowSize = 4,
    MaxFrameSize = 5,
}
