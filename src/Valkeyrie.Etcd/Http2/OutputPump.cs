namespace Valkeyrie.Etcd.Http2;

/// <summary>Sends the output of a connection. The thread that finds it idle sends, also the output that others add in the meantime.</summary>
/// <param name="connection">The connection with its queue.</param>
/// <param name="transport">The transport, which this object closes.</param>
/// <param name="onBroken">Called with the reason when sending failed.</param>
internal sealed class OutputPump(Guarded<ConnectionState> connection, Stream transport, Action<Exception> onBroken)
{
    // A peer that does not read must not keep an unusable connection open.
    private static readonly TimeSpan GoodbyePatience = TimeSpan.FromSeconds(1);

    /// <summary>Sends the queued output, unless another thread already does.</summary>
    public void Flush()
    {
        using (var held = connection.Lock())
        {
            if (!held.Value.Output.TryBeginSending())
            {
                return;
            }
        }

        _ = SendAllAsync();
    }

    /// <summary>Closes the transport.</summary>
    public void Close()
    {
        using (var held = connection.Lock())
        {
            held.Value.Output.Close();
        }

        transport.Dispose();
    }

    /// <summary>Notifies the peer of its error, then closes the transport.</summary>
    public void CloseWithGoodbye(Http2Error error)
    {
        using (var held = connection.Lock())
        {
            held.Value.Output.WriteGoodbye(error);
        }

        Flush();
        _ = Task.Delay(GoodbyePatience).ContinueWith(
            static (_, self) => ((OutputPump)self!).Close(), this, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private async Task SendAllAsync()
    {
        try
        {
            while (Next() is { } ready)
            {
                await transport.WriteAsync(ready.Memory).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            onBroken(new Http2ConnectionLostException("The connection broke while sending.", notSent: false, e));
            Close();
        }
    }

    private OutputBuffer? Next()
    {
        bool isClosed;
        using (var held = connection.Lock())
        {
            if (held.Value.Output.Next() is { } ready)
            {
                return ready;
            }

            isClosed = held.Value.Output.IsClosed;
        }

        if (isClosed)
        {
            transport.Dispose();
        }

        return null;
    }
}
