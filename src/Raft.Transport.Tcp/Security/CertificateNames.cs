using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Raft.Transport.Tcp;

/// <summary>The names in a certificate that say which nodes it speaks for.</summary>
internal static class CertificateNames
{
    private const string AlternativeNames = "2.5.29.17";
    private const string Scheme = "raft://";

    private static readonly Asn1Tag UriTag = new(TagClass.ContextSpecific, 6);

    /// <summary>The URI that makes a certificate speak for a node.</summary>
    public static string UriOf(NodeKey node) =>
        $"{Scheme}{Uri.EscapeDataString(node.ClusterId)}/{Uri.EscapeDataString(node.NodeId.Value)}";

    /// <summary>Whether one of the certificate's URIs names the node.</summary>
    public static bool HasUri(X509Certificate2 certificate, NodeKey node)
    {
        foreach (string uri in Uris(certificate))
        {
            if (uri.StartsWith(Scheme, StringComparison.Ordinal) && uri[Scheme.Length..].Split('/') is [string cluster, string id]
                && Uri.UnescapeDataString(cluster) == node.ClusterId && Uri.UnescapeDataString(id) == node.NodeId.Value)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether one of the certificate's DNS names is the id of the node.</summary>
    public static bool HasDnsName(X509Certificate2 certificate, NodeId node)
    {
        try
        {
            return certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Any(extension =>
                extension.EnumerateDnsNames().Any(name => string.Equals(name, node.Value, StringComparison.OrdinalIgnoreCase)));
        }
        catch (CryptographicException)
        {
            return false; // it is malformed, and names nobody
        }
    }

    /// <summary>The URIs of the certificate, for messages.</summary>
    public static IReadOnlyList<string> Uris(X509Certificate2 certificate)
    {
        List<string> uris = [];
        try
        {
            foreach (X509Extension extension in certificate.Extensions.Where(static extension => extension.Oid?.Value == AlternativeNames))
            {
                AsnReader names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
                while (names.HasData)
                {
                    if (names.PeekTag().HasSameClassAndValue(UriTag))
                    {
                        uris.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, UriTag));
                    }
                    else
                    {
                        names.ReadEncodedValue();
                    }
                }
            }
        }
        catch (AsnContentException)
        {
            // it is malformed; the names before that count
        }

        return uris;
    }
}
