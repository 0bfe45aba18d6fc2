using System.Buffers.Binary;

namespace Valkeyrie.Embedded.Sqlite;

/// <summary>The file of SQLite's log, read without SQLite: https://www.sqlite.org/fileformat2.html#the_write_ahead_log.</summary>
internal sealed class WriteAheadLog : IDisposable
{
    private const int HeaderBytes = 32;
    private const int FrameHeaderBytes = 24;
    private const int SaltsOffset = 16;

    // The last bit states the byte order of the checksums.
    private const uint Magic = 0x377F0682;
    private const uint BigEndianBit = 1;

    private readonly FileStream _file;
    private readonly byte[] _salts;
    private readonly int _pageSize;
    private readonly bool _isBigEndian;
    private readonly (uint First, uint Second) _seed;

    private WriteAheadLog(FileStream file, ReadOnlySpan<byte> header, bool isBigEndian, (uint First, uint Second) seed)
    {
        _file = file;
        _pageSize = BinaryPrimitives.ReadInt32BigEndian(header[8..]);
        _salts = header.Slice(SaltsOffset, 8).ToArray();
        _isBigEndian = isBigEndian;
        _seed = seed;
    }

    /// <summary>The first salt: random when the log is created, and one more at each restart of the log.</summary>
    public uint FirstSalt => BinaryPrimitives.ReadUInt32BigEndian(_salts);

    /// <summary>Opens a log for reading; null if there is none, or none that SQLite would use.</summary>
    public static WriteAheadLog? TryOpen(string path)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        Span<byte> header = stackalloc byte[HeaderBytes];
        if (file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) == HeaderBytes)
        {
            var magic = BinaryPrimitives.ReadUInt32BigEndian(header);
            var isBigEndian = (magic & BigEndianBit) != 0;
            var sum = Sum((0, 0), header[..(HeaderBytes - 8)], isBigEndian);
            if ((magic & ~BigEndianBit) == Magic && sum == ReadSum(header[(HeaderBytes - 8)..]))
            {
                return new WriteAheadLog(file, header, isBigEndian, sum);
            }
        }

        file.Dispose();
        return null;
    }

    /// <summary>Reads the numbers of the pages that committed transactions wrote and that SQLite would use. Call it once.</summary>
    public IEnumerable<uint> CommittedPages()
    {
        var frame = new byte[FrameHeaderBytes + _pageSize];
        var sum = _seed;
        List<uint> pages = [];
        while (_file.ReadAtLeast(frame, frame.Length, throwOnEndOfStream: false) == frame.Length)
        {
            sum = Sum(Sum(sum, frame.AsSpan(0, 8), _isBigEndian), frame.AsSpan(FrameHeaderBytes), _isBigEndian);
            if (!frame.AsSpan(8, 8).SequenceEqual(_salts) || sum != ReadSum(frame.AsSpan(16)))
            {
                yield break;
            }

            pages.Add(BinaryPrimitives.ReadUInt32BigEndian(frame));
            if (BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(4)) == 0)
            {
                continue;
            }

            foreach (var page in pages)
            {
                yield return page;
            }

            pages.Clear();
        }
    }

    public void Dispose() => _file.Dispose();

    private static (uint First, uint Second) ReadSum(ReadOnlySpan<byte> bytes) =>
        (BinaryPrimitives.ReadUInt32BigEndian(bytes), BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]));

    private static (uint First, uint Second) Sum((uint First, uint Second) sum, ReadOnlySpan<byte> bytes, bool isBigEndian)
    {
        var (first, second) = sum;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            first += second + Word(bytes, isBigEndian);
            second += first + Word(bytes[4..], isBigEndian);
        }

        return (first, second);
    }

    private static uint Word(ReadOnlySpan<byte> bytes, bool isBigEndian) =>
        isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}
