using System.Diagnostics;
using System.Net.Sockets;
using Valkeyrie.ZooKeeper.Jute;
using Valkeyrie.ZooKeeper.Protocol;

namespace Valkeyrie.ZooKeeper.Sessions;

/// <summary>A connection of a session, from its handshake to its end. Many calls are under way at once; the server answers them in order.</summary>
#pragma warning disable CA1001 // its cancellation source holds no timer and no handle
internal sealed class SessionConnection
#pragma warning restore CA1001
{
    /// <summary>The longest frame that a server accepts with its default settings (<c>jute.maxbuffer</c>), in bytes. It answers a longer one by closing the
    /// connection, which would end all other calls.</summary>
    public const int LongestRequest = 0xFFFFF;

    private readonly Stream _stream;
    private readonly IConnectionOwner _owner;
    private readonly TimeSpan _timeout;
    private readonly object _gate = new();
    private readonly Queue<PendingCall> _calls = new();

    // Sign-in, watches and pings, whose replies have special numbers.
    private readonly List<PendingCall> _others = [];
    private readonly CancellationTokenSource _ended = new();
    private JuteWriter _filling = new();
    private JuteWriter _sending = new();
    private bool _isSending;
    private bool _syncIsFirst;
    private int _xid;
    private int _lastXidSent;
    private long _sentAt = Stopwatch.GetTimestamp();
    private long _receivedAt = Stopwatch.GetTimestamp();
    private SessionException? _why;

    /// <param name="stream">The connection after the handshake.</param>
    /// <param name="endpoint">The connected member.</param>
    /// <param name="timeout">The session's timeout.</param>
    /// <param name="owner">The session.</param>
    public SessionConnection(Stream stream, string endpoint, TimeSpan timeout, IConnectionOwner owner)
    {
        _stream = stream;
        _owner = owner;
        _timeout = timeout;
        Endpoint = endpoint;
    }

    public string Endpoint { get; }

    public bool HasEnded => Volatile.Read(ref _why) is not null;

    /// <summary>Starts to read, and to check that the server is still there.</summary>
    public void Start()
    {
        new ReplyPump(_stream, OnFrame, OnReadFailed).Start();
        _ = BeatAsync();
    }

    /// <summary>Makes a call.</summary>
    /// <exception cref="SessionException">The call failed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled. The call may still be made.</exception>
    public ValueTask<Reply<T>> CallAsync<T>(Request<T> request, CancellationToken cancellationToken)
    {
        var call = new PendingCall<T>(request);
        Send(call);
        return cancellationToken.CanBeCanceled ? CancellableAsync(call, cancellationToken) : call.Result;
    }

    /// <summary>Ends the connection; its calls fail.</summary>
    public void End(SessionException why)
    {
        lock (_gate)
        {
            if (_why is not null)
            {
                return;
            }

            _why = why;
        }

        _owner.OnEnded(this, why);
        _ended.Cancel();
        _stream.Dispose();
        // From now on no other thread uses the queues.
        var sent = why.For(notSent: false);
        var unsent = why.For(notSent: true);
        foreach (var call in _calls)
        {
            call.Fail(IsSent(call) ? sent : unsent);
        }

        foreach (var call in _others)
        {
            call.Fail(sent);
        }
    }

    private static async ValueTask<Reply<T>> CancellableAsync<T>(PendingCall<T> call, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.UnsafeRegister(
            static (pending, token) => ((PendingCall)pending!).Fail(new OperationCanceledException(token)), call);
        return await call.Result.ConfigureAwait(false);
    }

    private bool IsSent(PendingCall call) => call.Xid - _lastXidSent <= 0;

    private void Send(PendingCall call)
    {
        SessionException? refused;
        bool begin;
        lock (_gate)
        {
            refused = _why?.For(notSent: true) ?? Append(call);
            begin = !_isSending && _why is null && _filling.Length > 0;
            _isSending |= begin;
        }

        if (begin)
        {
            _ = SendAsync();
        }

        if (refused is not null)
        {
            call.Fail(refused);
        }
    }

    /// <summary>Appends a call to the queue of calls to send.</summary>
    /// <returns>Why it was not appended; null if it was.</returns>
    private SessionException? Append(PendingCall call)
    {
        // One sync serves all reads that are sent together: each of them was made before it.
        if (call.Request.NeedsSync && !_syncIsFirst)
        {
            _syncIsFirst = true;
            AppendFrame(new PendingCall<Nothing>(SyncRequest.Instance));
        }

        return AppendFrame(call);
    }

    private SessionException? AppendFrame(PendingCall call)
    {
        var request = call.Request;
        var xid = request.Op switch
        {
            OpCode.Ping => Xid.Ping,
            OpCode.Auth => Xid.Auth,
            OpCode.SetWatches or OpCode.SetWatches2 => Xid.SetWatches,
            _ => _xid == int.MaxValue ? 1 : _xid + 1,
        };

        var start = _filling.BeginFrame();
        _filling.WriteInt(xid);
        _filling.WriteInt((int)request.Op);
        request.Write(_filling);
        var length = _filling.EndFrame(start);
        if (length > LongestRequest)
        {
            _filling.Rewind(start);
            return new SessionException(
                FailureKind.TooLarge, $"The request has {length} bytes, more than the {LongestRequest} that a ZooKeeper server accepts by default (jute.maxbuffer). Split it.")
            {
                NotSent = true,
            };
        }

        call.Xid = xid;
        call.SentAt = Stopwatch.GetTimestamp();
        if (xid > 0)
        {
            _xid = xid;
            _calls.Enqueue(call);
        }
        else
        {
            _others.Add(call);
        }

        return null;
    }

    private async Task SendAsync()
    {
        try
        {
            while (true)
            {
                lock (_gate)
                {
                    _sending.Clear();
                    if (_filling.Length == 0 || _why is not null)
                    {
                        _isSending = false;
                        return;
                    }

                    (_filling, _sending) = (_sending, _filling);
                    _lastXidSent = _xid;
                    _syncIsFirst = false;
                }

                Volatile.Write(ref _sentAt, Stopwatch.GetTimestamp());
                await _stream.WriteAsync(_sending.Written).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            End(Lost(e));
        }
    }

    private PendingCall? OnFrame(ReadOnlySpan<byte> frame)
    {
        Volatile.Write(ref _receivedAt, Stopwatch.GetTimestamp());
        var reader = new JuteReader(frame);
        var xid = reader.ReadInt();
        var zxid = reader.ReadLong();
        var error = (ErrorCode)reader.ReadInt();
        if (xid == Xid.Event)
        {
            _owner.OnEvent(WatchEvent.Read(ref reader));
            return null;
        }

        var call = Answered(xid);
        _owner.OnAnswered(call.SentAt, zxid);
        try
        {
            return call.Accept(error, zxid, ref reader) ? call : null;
        }
        catch (JuteException e)
        {
            call.Fail(Malformed(e));
            throw;
        }
    }

    private PendingCall Answered(int xid)
    {
        lock (_gate)
        {
            if (_why is not null)
            {
                throw new EndOfStreamException();
            }

            if (xid > 0 && _calls.TryPeek(out var call) && call.Xid == xid && IsSent(call))
            {
                return _calls.Dequeue();
            }

            var at = _others.FindIndex(c => c.Xid == xid);
            if (xid > 0 || at < 0)
            {
                throw new JuteException($"A reply has the number {xid}, which no pending request has.");
            }

            var other = _others[at];
            _others.RemoveAt(at);
            return other;
        }
    }

    private void OnReadFailed(Exception e) => End(e is JuteException malformed ? Malformed(malformed) : Lost(e));

    private SessionException Malformed(JuteException e) => new(FailureKind.Protocol, e.Message, e) { Endpoint = Endpoint };

    private SessionException Lost(Exception e) => new(
        FailureKind.ConnectionLost,
        e is EndOfStreamException or ObjectDisposedException ? "The server closed it." : e is IOException { InnerException: SocketException s } ? Sentence(s.Message) : Sentence(e.Message),
        e) { Endpoint = Endpoint };

    private static string Sentence(string message) => message.TrimEnd().EndsWith('.') ? message.TrimEnd() : message.TrimEnd() + ".";

    /// <summary>Keeps the session alive while nothing else is sent, and ends the connection when the server has been silent for too long.</summary>
    private async Task BeatAsync()
    {
        // As in ZooKeeper's own client: a third of the timeout is left to reach another member.
        var longestPause = _timeout / 3;
        var longestSilence = _timeout * 2 / 3;
        while (!HasEnded)
        {
            var silence = Stopwatch.GetElapsedTime(Volatile.Read(ref _receivedAt));
            if (silence >= longestSilence)
            {
                End(new SessionException(FailureKind.ConnectionLost, $"The server was silent for {silence.TotalSeconds:0.#} s.") { Endpoint = Endpoint });
                return;
            }

            var pause = Stopwatch.GetElapsedTime(Volatile.Read(ref _sentAt));
            if (pause >= longestPause)
            {
                Send(new PendingCall<Nothing>(PingRequest.Instance));
                pause = TimeSpan.Zero;
            }

            var next = longestPause - pause < longestSilence - silence ? longestPause - pause : longestSilence - silence;
            await Task.Delay(next + TimeSpan.FromMilliseconds(1), _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
