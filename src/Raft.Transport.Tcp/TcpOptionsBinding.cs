using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Raft.Transport.Tcp;

/// <summary>Binds the options from the section <c>Raft:Tcp</c>.</summary>
internal sealed class TcpOptionsBinding(IServiceProvider provider) : IConfigureOptions<TcpTransportOptions>
{
    private const string SectionName = "Raft:Tcp";

    public void Configure(TcpTransportOptions options)
    {
        if (provider.GetService(typeof(IConfiguration)) is not IConfiguration configuration)
        {
            return;
        }

        Section section = new();
        configuration.GetSection(SectionName).Bind(section);
        options.Listen = section.Listen ?? options.Listen;
        options.AllowPlaintext = section.AllowPlaintext ?? options.AllowPlaintext;
        options.MaximumFrameBytes = section.MaximumFrameBytes ?? options.MaximumFrameBytes;
        options.MaximumQueuedMessages = section.MaximumQueuedMessages ?? options.MaximumQueuedMessages;
        options.MaximumQueuedBytes = section.MaximumQueuedBytes ?? options.MaximumQueuedBytes;
        options.MaximumQueueDelay = section.MaximumQueueDelay ?? options.MaximumQueueDelay;
        options.HandshakeTimeout = section.HandshakeTimeout ?? options.HandshakeTimeout;
        options.MaximumHandshakes = section.MaximumHandshakes ?? options.MaximumHandshakes;
        options.KeepAliveInterval = section.KeepAliveInterval ?? options.KeepAliveInterval;
        options.MaximumDialPause = section.MaximumDialPause ?? options.MaximumDialPause;
        if (section.Tls is { } tls)
        {
            options.Tls ??= new TcpTlsOptions();
            options.Tls.CertificateFile = tls.CertificateFile ?? options.Tls.CertificateFile;
            options.Tls.KeyFile = tls.KeyFile ?? options.Tls.KeyFile;
            options.Tls.AuthorityFile = tls.AuthorityFile ?? options.Tls.AuthorityFile;
            options.Tls.AllowDnsNames = tls.AllowDnsNames ?? options.Tls.AllowDnsNames;
        }
    }

    /// <summary>What a configuration can contain: certificates and callbacks can be set in code only.</summary>
    internal sealed class Section
    {
        public string? Listen { get; set; }

        public bool? AllowPlaintext { get; set; }

        public int? MaximumFrameBytes { get; set; }

        public int? MaximumQueuedMessages { get; set; }

        public long? MaximumQueuedBytes { get; set; }

        public TimeSpan? MaximumQueueDelay { get; set; }

        public TimeSpan? HandshakeTimeout { get; set; }

        public int? MaximumHandshakes { get; set; }

        public TimeSpan? KeepAliveInterval { get; set; }

        public TimeSpan? MaximumDialPause { get; set; }

        public TlsSection? Tls { get; set; }
    }

    /// <summary>The part for TLS.</summary>
    internal sealed class TlsSection
    {
        public string? CertificateFile { get; set; }

        public string? KeyFile { get; set; }

        public string? AuthorityFile { get; set; }

        public bool? AllowDnsNames { get; set; }
    }
}
