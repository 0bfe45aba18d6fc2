namespace Valkeyrie.Etcd.Http2;

/// <summary>The flags of frames. The meaning depends on the kind of frame.</summary>
[Flags]
#pragma warning disable CA1069 // the same bit means one thing on data and headers, another on settings and pings
internal enum FrameFlags : byte
{
    None = 0,
    EndStream = 1,
    Ack = 1,
    EndHeaders = 4,
    Padded = 8,
    Priority = 0x20,
}
#pragma warning restore CA1069
