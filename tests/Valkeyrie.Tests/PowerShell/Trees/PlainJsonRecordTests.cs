using System.Text;
using System.Text.Json;
using Valkeyrie.PowerShell.Trees.Formats;

namespace Valkeyrie.Tests.PowerShell.Trees;

/// <summary>The records that are read byte by byte equal those of the platform's reader, which reads all others.</summary>
public sealed class PlainJsonRecordTests
{
    [Theory]
    [InlineData(",{\"Key\":\"a\",\"Value\":\"1\"}")]
    [InlineData(",{\"Key\":\"a/b c\",\"Value\":\"\"}")]
    [InlineData(",\n{\"Key\":\"a\",\"Value\":\"1\",\"Encoding\":\"text\"}")]
    [InlineData(" ,\r\n\t{ \"Key\" : \"a\" , \"Value\" : \"MQ==\" ,\n \"Encoding\" : \"base64\"\n }")]
    public void A_plain_record_is_found_with_its_length_and_its_lines(string text)
    {
        Assert.True(PlainJsonRecord.TryFind(Encoding.UTF8.GetBytes(text + ",{\"Key\":"), isLine: false, out var record));

        using var read = JsonDocument.Parse(text.Trim().TrimStart(','));
        Assert.Equal(read.RootElement.GetProperty("Key").GetString(), record.ToRecord().Key);
        Assert.Equal(read.RootElement.GetProperty("Value").GetString(), Encoding.UTF8.GetString(record.ToRecord().Value!));
        Assert.Equal(read.RootElement.TryGetProperty("Encoding", out var encoding) ? encoding.GetString() : null, record.ToRecord().Encoding);
        Assert.Equal((text.Length, text.Count(c => c == '\n')), (record.Length, record.LineEnds));
    }

    [Theory]
    [InlineData("")]
    [InlineData("]")]
    [InlineData("{\"Key\":\"a\",\"Value\":\"1\"}")]
    [InlineData(",{\"Key\":\"a\",\"Value\":1}")]
    [InlineData(",{\"Key\":\"a\",\"Value\":null}")]
    [InlineData(",{\"Key\":\"\\u0061\",\"Value\":\"1\"}")]
    [InlineData(",{\"Key\":\"ä\",\"Value\":\"1\"}")]
    [InlineData(",{\"Key\":\"a\u0001\",\"Value\":\"1\"}")]
    [InlineData(",{\"key\":\"a\",\"Value\":\"1\"}")]
    [InlineData(",{\"Value\":\"1\",\"Key\":\"a\"}")]
    [InlineData(",{\"Key\":\"a\",\"Key\":\"b\"}")]
    [InlineData(",{\"Key\":\"a\",\"Value\":\"1\",}")]
    [InlineData(",{\"Key\":\"a\",\"Value\":\"1\",\"Encoding\":\"\"}")]
    [InlineData(",{\"Key\":\"a\",\"Value\":\"1\",\"Encoding\":\"text\",\"Version\":1}")]
    [InlineData(",/* x */{\"Key\":\"a\",\"Value\":\"1\"}")]
    [InlineData(",,{\"Key\":\"a\",\"Value\":\"1\"}")]
    public void What_has_another_shape_is_left(string text) => Assert.False(PlainJsonRecord.TryFind(Encoding.UTF8.GetBytes(text), isLine: false, out _));

    [Fact]
    public void One_that_is_cut_off_anywhere_is_left()
    {
        var text = ",\n{\"Key\":\"a\",\"Value\":\"1\",\"Encoding\":\"text\"}"u8.ToArray();

        Assert.All(Enumerable.Range(0, text.Length), length => Assert.False(PlainJsonRecord.TryFind(text.AsSpan(0, length), isLine: false, out _)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Plain_and_other_records_in_turn_are_all_read(bool lines)
    {
        string[] shapes =
        [
            "{{\"Key\":\"{0}\",\"Value\":\"v\"}}", "{{\"Value\":\"v\",\"Key\":\"{0}\"}}", "{{\"Key\":\"{0}\",\"Value\":\"v\",\"Encoding\":\"text\"}}",
            "{{\"Key\":\"{0}\",\"Value\":\"\\u0076\"}}", "{{ \"Key\" : \"{0}\" ,\n\"Value\" : \"v\" }}", "/* {{ */ {{\"Key\":\"{0}\",\"Value\":\"v\"}}",
        ];
        var random = new Random(1);
        string[] keys = [.. Enumerable.Range(0, 20_000).Select(i => $"{i:D6}")];
        var records = keys.Select(key => string.Format(null, shapes[random.Next(10) is var n && n < shapes.Length ? n : 0], key));
        var text = lines ? string.Join('\n', records) : $"[{string.Join(",\n", records)}]";

        var read = new List<TreeRecord>();
        await foreach (var record in new JsonTreeFormat().ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), null, default))
        {
            read.Add(record);
        }

        Assert.Equal(keys, read.Select(record => record.Key));
        Assert.All(read, record => Assert.Equal("v"u8.ToArray(), record.Value));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(300)]
    [InlineData(5000)]
    public async Task A_mistake_behind_plain_records_is_told_with_its_record_and_its_line(int before)
    {
        var text = "[\n" + string.Concat(Enumerable.Repeat("{\"Key\":\"a\",\n\"Value\":\"1\"},\n", before)) + "{\"Key\":\"b\",\"Value\":!}]";
        var seen = 0;

        var error = await Assert.ThrowsAsync<FormatException>(async () =>
        {
            await foreach (var _ in new JsonTreeFormat().ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), null, default))
            {
                seen++;
            }
        });

        Assert.Equal(before, seen);
        Assert.Contains($"(line {(2 * before) + 2})", error.Message, StringComparison.Ordinal);
    }
}
