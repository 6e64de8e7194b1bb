using System.Security.Cryptography.X509Certificates;

namespace Raft.Transport.Tcp;

/// <summary>Authenticates and encrypts connections, or not.</summary>
internal interface IConnectionSecurity
{
    /// <summary>Whether connections are authenticated and encrypted.</summary>
    bool IsSecure { get; }

    /// <summary>Makes a connection secure. It owns the connection from now on.</summary>
    /// <exception cref="PeerException">The other side does not take part.</exception>
    ValueTask<SecuredStream> SecureAsync(IConnectionStream raw, bool isDialler, string host);

    /// <summary>Decides whether a certificate speaks for a node.</summary>
    /// <returns>Why it does not; null if it does.</returns>
    string? FindProblem(X509Certificate2? certificate, NodeKey node);
}

/// <summary>A connection after it was made secure.</summary>
/// <param name="Stream">The connection.</param>
/// <param name="Certificate">The certificate of the other side; null without TLS.</param>
/// <param name="Refusal">Why the certificate is not accepted: it is sent to the other side, and the connection ends. Null if it is.</param>
internal sealed record SecuredStream(IConnectionStream Stream, X509Certificate2? Certificate = null, string? Refusal = null);

/// <summary>No authentication and no encryption.</summary>
internal sealed class PlaintextSecurity : IConnectionSecurity
{
    public bool IsSecure => false;

    public ValueTask<SecuredStream> SecureAsync(IConnectionStream raw, bool isDialler, string host) => new(new SecuredStream(raw));

    public string? FindProblem(X509Certificate2? certificate, NodeKey node) => null;
}
